namespace Node.Wire.Messages;

/// <summary>
/// The protobuf encoding of a message (subprotocol pubsub.v1.proto): pubsub.v1.Message of protocol/client.proto.
/// Written by hand on spans, because the generated classes allocate a message, its strings and its bytes each
/// time; tests hold it against them. Allocates nothing, in either direction. Pure: any thread.
/// </summary>
/// <remarks>
/// Reads as protobuf does: the last of several values wins, error parts merge, unknown fields and known ones of
/// another wire type are skipped, groups too. Stricter where leniency only helps to smuggle: a varint over 64 bits,
/// a tag over 32 bits and a string that is not UTF-8 are errors.
/// </remarks>
public static class ProtoCodec
{
    private const uint MessageId = (1 << 3) | ProtoReader.LengthDelimited;
    private const uint Seq = (2 << 3) | ProtoReader.Varint;
    private const uint Room = (3 << 3) | ProtoReader.LengthDelimited;
    private const uint User = (4 << 3) | ProtoReader.LengthDelimited;
    private const uint Offset = (5 << 3) | ProtoReader.Varint;
    private const uint Epoch = (6 << 3) | ProtoReader.LengthDelimited;
    private const uint Data = (7 << 3) | ProtoReader.LengthDelimited;
    private const uint Error = (8 << 3) | ProtoReader.LengthDelimited;
    private const uint Traceparent = (9 << 3) | ProtoReader.LengthDelimited;
    private const uint Code = (1 << 3) | ProtoReader.Varint;
    private const uint Reason = (2 << 3) | ProtoReader.LengthDelimited;

    /// <summary>Reads one message; its spans point into the payload. Data that is present is <see cref="DataKind.Binary"/>.</summary>
    /// <returns>
    /// False with one of <see cref="ReadErrors"/>. Where <see cref="ReadErrors.IsBadName"/> holds, the rest of the
    /// message was read and the offending name is empty; otherwise the message is empty.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ClientMessage message, out string? error)
    {
        message = default;
        error = Read(payload, ref message) ?? CheckNames(ref message);
        if (error is not null && !ReadErrors.IsBadName(error))
        {
            message = default;
        }

        return error is null;
    }

    /// <summary>The exact size, in bytes, of what <see cref="Write"/> writes.</summary>
    /// <exception cref="OverflowException">The message is beyond what a span can hold.</exception>
    public static int MaxSize(in ClientMessage message)
    {
        long size = ProtoWriter.SizeOf(message.MessageId) + ProtoWriter.SizeOf(message.Seq)
            + ProtoWriter.SizeOf(message.Room) + ProtoWriter.SizeOf(message.User)
            + ProtoWriter.SizeOf(message.Offset) + ProtoWriter.SizeOf(message.Epoch);
        if (message.DataKind != DataKind.None)
        {
            size += ProtoWriter.SizeOf(message.Data);
        }

        if (message.IsError)
        {
            size += ProtoWriter.SizeOfLength(ErrorSize(message));
        }

        return checked((int)size);
    }

    /// <summary>Writes the message and returns the bytes written; JSON data goes out as its text.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="MaxSize"/>.</exception>
    public static int Write(in ClientMessage message, Span<byte> destination)
    {
        if (destination.Length < MaxSize(message))
        {
            throw new ArgumentException("shorter than MaxSize", nameof(destination));
        }

        var writer = new ProtoWriter(destination);
        writer.Bytes(MessageId, message.MessageId);
        writer.Number(Seq, message.Seq);
        writer.Bytes(Room, message.Room);
        writer.Bytes(User, message.User);
        writer.Number(Offset, message.Offset);
        writer.Bytes(Epoch, message.Epoch);
        if (message.DataKind != DataKind.None)
        {
            writer.Bytes(Data, message.Data);
        }

        if (message.IsError)
        {
            writer.Header(Error, ErrorSize(message));
            writer.Number(Code, message.ErrorCode);
            writer.Bytes(Reason, message.ErrorReason);
        }

        return writer.Written;
    }

    private static long ErrorSize(in ClientMessage message) =>
        ProtoWriter.SizeOf(message.ErrorCode) + ProtoWriter.SizeOf(message.ErrorReason);

    private static string? Read(ReadOnlySpan<byte> payload, ref ClientMessage message)
    {
        var reader = new ProtoReader(payload);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case MessageId:
                    message.MessageId = reader.ReadString();
                    break;
                case Seq:
                    message.Seq = reader.ReadVarint();
                    break;
                case Room:
                    message.Room = reader.ReadString();
                    break;
                case User:
                    message.User = reader.ReadString();
                    break;
                case Offset:
                    message.Offset = reader.ReadVarint();
                    break;
                case Epoch:
                    message.Epoch = reader.ReadString();
                    break;
                case Data:
                    message.Data = reader.ReadBytes();
                    message.DataKind = message.Data.IsEmpty ? DataKind.None : DataKind.Binary;
                    break;
                case Traceparent:
                    message.Traceparent = reader.ReadString();
                    break;
                case Error:
                    reader.Fail(ReadError(reader.ReadBytes(), ref message));
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return reader.Error;
    }

    private static string? ReadError(ReadOnlySpan<byte> bytes, ref ClientMessage message)
    {
        var reader = new ProtoReader(bytes);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Code:
                    // A uint32 takes the low half of a wider varint: protobuf's rule for narrowing.
                    message.ErrorCode = (uint)reader.ReadVarint();
                    break;
                case Reason:
                    message.ErrorReason = reader.ReadString();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return reader.Error;
    }

    // After the reading, since only the last value of a field counts.
    private static string? CheckNames(ref ClientMessage message)
    {
        string? error = null;
        if (Broken(message.MessageId, Names.MaxMessageId))
        {
            message.MessageId = default;
            error ??= ReadErrors.BadMessageId;
        }

        if (Broken(message.Room, Names.MaxRoom))
        {
            message.Room = default;
            error ??= ReadErrors.BadRoom;
        }

        if (Broken(message.User, Names.MaxUser))
        {
            message.User = default;
            error ??= ReadErrors.BadUser;
        }

        if (Broken(message.Epoch, Names.MaxEpoch))
        {
            message.Epoch = default;
            error ??= ReadErrors.BadEpoch;
        }

        return error;
    }

    private static bool Broken(ReadOnlySpan<byte> name, int maxBytes) => name.Length > maxBytes || Names.HasControl(name);
}
