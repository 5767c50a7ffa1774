"""Lists the services of a server, learns one by reflection alone and calls it, as grpcurl does.

usage: python3 reflect.py - ADDRESS TOKEN VERSION REFLECTION_DESCRIPTORS SERVICE METHOD REQUEST_JSON
Prints {"services": [...], "answer": {...}}; numbers of 64 bits as text, as JSON of protobuf has them.
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ADDRESS, TOKEN, VERSION, REFLECTION, SERVICE, METHOD, REQUEST = sys.argv[2:]
metadata = (("authorization", "Bearer " + TOKEN),) if TOKEN else ()


def load(files):
    """A pool of these files, of which each one's imports may stand after it."""
    pool, waiting, known = descriptor_pool.DescriptorPool(), list(files), set()
    while waiting:
        ready = [file for file in waiting if known.issuperset(file.dependency)]
        assert ready, "imports are missing: " + ", ".join(file.name for file in waiting)
        for file in ready:
            pool.Add(file)
            known.add(file.name)
            waiting.remove(file)
    return pool


def methods(pool, service):
    """The classes of what goes in and comes out, by name of the method."""
    factory = message_factory.MessageFactory(pool)
    found = pool.FindServiceByName(service).methods
    return {method.name: (factory.GetPrototype(method.input_type), factory.GetPrototype(method.output_type)) for method in found}


def main():
    with open(REFLECTION, "rb") as opened:
        described = descriptor_pb2.FileDescriptorSet.FromString(opened.read())
    name = "grpc.reflection.%s.ServerReflection" % VERSION
    ask_class, answer_class = methods(load(described.file), name)["ServerReflectionInfo"]
    with grpc.insecure_channel(ADDRESS) as channel:
        info = channel.stream_stream(
            "/%s/ServerReflectionInfo" % name,
            request_serializer=ask_class.SerializeToString, response_deserializer=answer_class.FromString)
        asked = (ask_class(list_services=""), ask_class(file_containing_symbol=SERVICE))
        listed, found = info(iter(asked), metadata=metadata)
        files = map(descriptor_pb2.FileDescriptorProto.FromString, found.file_descriptor_response.file_descriptor_proto)
        request_class, response_class = methods(load(files), SERVICE)[METHOD]
        call = channel.unary_unary(
            "/%s/%s" % (SERVICE, METHOD),
            request_serializer=request_class.SerializeToString, response_deserializer=response_class.FromString)
        answer = call(json_format.Parse(REQUEST, request_class()), metadata=metadata)
    services = [service.name for service in listed.list_services_response.service]
    said = json_format.MessageToDict(answer, preserving_proto_field_name=True)
    print(json.dumps({"services": services, "answer": said}))


main()
