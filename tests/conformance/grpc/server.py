"""The probe service on grpcio. usage: python3 server.py DESCRIPTORS TOKEN

DESCRIPTORS: a serialised FileDescriptorProto of probe.proto. Prints "listening PORT", and "cancelled" whenever a client has
cancelled a call that waits.
"""
import sys
import threading
from concurrent import futures

import grpc

import probe

Ask, Answer = probe.messages(sys.argv[1])
TOKEN = sys.argv[2]


def metadata(context, key, otherwise):
    return dict(context.invocation_metadata()).get(key, otherwise)


def check(context):
    if metadata(context, "authorization", "") != "Bearer " + TOKEN:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is missing or wrong")


def answer(context, ask):
    left = context.time_remaining()
    return Answer(
        data=b"x" * ask.size if ask.size else ask.data,
        number=ask.number,
        text=metadata(context, "probe-text", ""),
        bin=metadata(context, "probe-bin", b""),
        left_ms=0 if left is None or left > 1e6 else max(1, int(left * 1000)),
    )


def begin(context):
    check(context)
    context.send_initial_metadata((("probe-header", "header text"),))


def fail_if_told(context, ask):
    if ask.code:
        context.set_trailing_metadata((("probe-trailer", "trailer text"), ("probe-trailer-bin", b"\x00\xff")))
        context.abort(next(code for code in grpc.StatusCode if code.value[0] == ask.code), ask.message)


def watch(context):
    """Says when the client has cancelled. Early: a generator whose call is over is not asked for more."""
    ended = threading.Event()

    def end():
        print("cancelled", flush=True)
        ended.set()

    if not context.add_callback(end):
        end()
    return ended


def echo(ask, context):
    begin(context)
    fail_if_told(context, ask)
    if ask.wait:
        watch(context).wait()
    return answer(context, ask)


def sum_up(asks, context):
    total = Answer()
    for ask in asks:
        fail_if_told(context, ask)
        total.number += ask.number
        total.size += 1
    return total


def count(ask, context):
    begin(context)
    ended = watch(context) if ask.wait else None
    for number in range(1, ask.number + 1):
        one = answer(context, ask)
        one.number = number
        yield one
    fail_if_told(context, ask)
    if ended:
        ended.wait()


def chat(asks, context):
    begin(context)
    for ask in asks:
        fail_if_told(context, ask)
        yield answer(context, ask)


def main():
    codec = {"request_deserializer": Ask.FromString, "response_serializer": Answer.SerializeToString}
    server = grpc.server(futures.ThreadPoolExecutor(16), compression=grpc.Compression.Gzip)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("probe.Probe", {
        "Echo": grpc.unary_unary_rpc_method_handler(echo, **codec),
        "Sum": grpc.stream_unary_rpc_method_handler(sum_up, **codec),
        "Count": grpc.unary_stream_rpc_method_handler(count, **codec),
        "Chat": grpc.stream_stream_rpc_method_handler(chat, **codec),
    }),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print("listening %d" % port, flush=True)
    server.wait_for_termination()


main()
