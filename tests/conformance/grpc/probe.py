"""The messages of probe.proto, made at run time: Debian has no protobuf compiler that fits its protobuf."""
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def messages(file):
    """The classes of Ask and Answer, out of a file with a serialised FileDescriptorProto."""
    with open(file, "rb") as opened:
        description = descriptor_pb2.FileDescriptorProto.FromString(opened.read())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(description)
    factory = message_factory.MessageFactory(pool)
    return tuple(factory.GetPrototype(pool.FindMessageTypeByName("probe." + name)) for name in ("Ask", "Answer"))
