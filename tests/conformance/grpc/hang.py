"""Reads a stream that does not end. usage: python3 hang.py DESCRIPTORS ADDRESS TOKEN

Prints "waiting" after its first message, and "ended CODE" when it is over.
"""
import sys

import grpc

import probe

Ask, Answer = probe.messages(sys.argv[1])
channel = grpc.insecure_channel(sys.argv[2])
count = channel.unary_stream("/probe.Probe/Count", request_serializer=Ask.SerializeToString, response_deserializer=Answer.FromString)
call = count(Ask(number=1, wait=True), metadata=(("authorization", "Bearer " + sys.argv[3]),))
try:
    for _ in call:
        print("waiting", flush=True)
except grpc.RpcError as error:
    print("ended %d" % error.code().value[0], flush=True)
