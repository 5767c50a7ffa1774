"""Calls our server through grpcio. usage: python3 client.py DESCRIPTORS ADDRESS TOKEN [gzip]

Prints "ok NAME" for each check; ends with 1 where one failed.
"""
import sys
import traceback

import grpc

import probe

Ask, Answer = probe.messages(sys.argv[1])
TOKEN = sys.argv[3]
LIMIT = 4 * 1024 * 1024
COMPRESSION = grpc.Compression.Gzip if sys.argv[4:] == ["gzip"] else grpc.Compression.NoCompression
channel = grpc.insecure_channel(sys.argv[2], options=(("grpc.max_receive_message_length", LIMIT),), compression=COMPRESSION)
codec = {"request_serializer": Ask.SerializeToString, "response_deserializer": Answer.FromString}
echo = channel.unary_unary("/probe.Probe/Echo", **codec)
sum_up = channel.stream_unary("/probe.Probe/Sum", **codec)
count = channel.unary_stream("/probe.Probe/Count", **codec)
chat = channel.stream_stream("/probe.Probe/Chat", **codec)
metadata = (("authorization", "Bearer " + TOKEN),)


def fails(call, code):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError("it did not fail")


def unary_with_metadata_both_ways():
    sent = metadata + (("probe-text", "a text"), ("probe-bin", b"\x00\x01\xff"))
    answer, call = echo.with_call(Ask(data=b"abc", number=5), metadata=sent)
    assert (answer.data, answer.number, answer.text, answer.bin) == (b"abc", 5, "a text", b"\x00\x01\xff"), answer
    assert ("probe-header", "header text") in call.initial_metadata()


def an_empty_message():
    assert echo(Ask(), metadata=metadata) == Answer()


def a_message_just_within_the_limit_and_one_beyond():
    data = b"\x07" * (LIMIT - 64)
    assert echo(Ask(data=data), metadata=metadata).data == data
    fails(lambda: echo(Ask(data=b"\x07" * LIMIT), metadata=metadata), grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert echo(Ask(number=1), metadata=metadata).number == 1


def an_answer_beyond_the_limit():
    fails(lambda: echo(Ask(size=LIMIT), metadata=metadata), grpc.StatusCode.RESOURCE_EXHAUSTED)


def an_error_with_its_message_and_trailers():
    ask = Ask(code=5, message="nötig: 100 % 世界")
    error = fails(lambda: echo(ask, metadata=metadata), grpc.StatusCode.NOT_FOUND)
    assert error.details() == "nötig: 100 % 世界"
    assert ("probe-trailer", "trailer text") in error.trailing_metadata()
    assert ("probe-trailer-bin", b"\x00\xff") in error.trailing_metadata()


def a_deadline():
    left = echo(Ask(), metadata=metadata, timeout=60).left_ms
    # It is sent rounded up.
    assert 0 < left <= 61000, left
    fails(lambda: echo(Ask(wait=True), metadata=metadata, timeout=0.1), grpc.StatusCode.DEADLINE_EXCEEDED)


def a_wrong_token():
    error = fails(lambda: echo(Ask(), metadata=(("authorization", "Bearer wrong"),)), grpc.StatusCode.UNAUTHENTICATED)
    assert "token" in error.details()


def an_unknown_method():
    nothing = channel.unary_unary("/probe.Probe/Nothing")
    fails(lambda: nothing(b"", metadata=metadata), grpc.StatusCode.UNIMPLEMENTED)


def a_stream_there():
    answer = sum_up((Ask(number=number) for number in range(1, 101)), metadata=metadata)
    assert (answer.number, answer.size) == (5050, 100), answer


def a_stream_back():
    numbers = [answer.number for answer in count(Ask(number=200, size=5000), metadata=metadata)]
    assert numbers == list(range(1, 201)), numbers


def a_stream_back_that_fails_in_the_middle():
    got = []

    def read():
        for answer in count(Ask(number=3, code=10, message="enough"), metadata=metadata):
            got.append(answer)

    error = fails(read, grpc.StatusCode.ABORTED)
    assert (len(got), error.details()) == (3, "enough"), got


def streams_both_ways():
    answers = chat((Ask(number=number, data=b"x" * number * 100) for number in range(1, 51)), metadata=metadata)
    assert [(a.number, len(a.data)) for a in answers] == [(number, number * 100) for number in range(1, 51)]


def a_stream_that_the_client_breaks_off():
    call = count(Ask(number=1, wait=True), metadata=metadata)
    assert next(call).number == 1
    call.cancel()
    fails(lambda: next(call), grpc.StatusCode.CANCELLED)


def main():
    failed = False
    checks = (
        unary_with_metadata_both_ways, an_empty_message, a_message_just_within_the_limit_and_one_beyond,
        an_answer_beyond_the_limit, an_error_with_its_message_and_trailers, a_deadline, a_wrong_token, an_unknown_method,
        a_stream_there, a_stream_back, a_stream_back_that_fails_in_the_middle, streams_both_ways,
        a_stream_that_the_client_breaks_off,
    )
    for check in checks:
        try:
            check()
            print("ok " + check.__name__)
        except Exception:  # Whatever it is, it fails this check and no other.
            print("FAILED %s: %s" % (check.__name__, traceback.format_exc()))
            failed = True
    channel.close()
    return 1 if failed else 0


sys.exit(main())
