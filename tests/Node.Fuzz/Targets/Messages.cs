using Node.Wire.Messages;

namespace Node.Fuzz.Targets;

/// <summary>What both encodings promise of a message that was read: written in either, it reads as the same.</summary>
internal static class Messages
{
    public static void CheckRoundTrips(in ClientMessage message)
    {
        byte[] proto = WriteProto(message);
        Broken.Unless(ProtoCodec.TryRead(proto, out ClientMessage fromProto, out string? error), $"own protobuf: {error}");
        RequireSame(message, fromProto, "protobuf");
        Broken.Unless(message.Data.SequenceEqual(fromProto.Data), "data through protobuf");
        Broken.Unless(WriteProto(fromProto).AsSpan().SequenceEqual(proto), "protobuf is written one way");

        byte[] json = WriteJson(message);
        Broken.Unless(JsonCodec.TryRead([.. json], out ClientMessage fromJson, out error), $"own JSON: {error}");
        RequireSame(message, fromJson, "JSON");
        // Bytes that are a JSON text come back as that value, without white space around it.
        bool becameJson = message.DataKind == DataKind.Binary && fromJson.DataKind == DataKind.Json;
        ReadOnlySpan<byte> expected = becameJson ? message.Data.Trim(" \t\r\n"u8) : message.Data;
        Broken.Unless(expected.SequenceEqual(fromJson.Data), "data through JSON");
        Broken.Unless(WriteJson(fromJson).AsSpan().SequenceEqual(json), "JSON is written one way");
    }

    private static byte[] WriteJson(in ClientMessage message)
    {
        byte[] bytes = new byte[JsonCodec.MaxSize(message)];
        return bytes[..JsonCodec.Write(message, bytes)];
    }

    private static byte[] WriteProto(in ClientMessage message)
    {
        byte[] bytes = new byte[ProtoCodec.MaxSize(message)];
        Broken.Unless(ProtoCodec.Write(message, bytes) == bytes.Length, "the size of a protobuf message is exact");
        return bytes;
    }

    private static void RequireSame(in ClientMessage one, in ClientMessage other, string encoding)
    {
        bool same = one.MessageId.SequenceEqual(other.MessageId) && one.Seq == other.Seq && one.Room.SequenceEqual(other.Room)
            && one.User.SequenceEqual(other.User) && one.Offset == other.Offset && one.Epoch.SequenceEqual(other.Epoch)
            && one.ErrorCode == other.ErrorCode && one.ErrorReason.SequenceEqual(other.ErrorReason);
        Broken.Unless(same, $"a field changed through {encoding}");
    }
}
