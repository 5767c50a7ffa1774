using System.Buffers.Text;

namespace Node.Wire.Messages;

/// <summary>Writes one JSON message into a span that is large enough; fields in the order of client.proto.</summary>
internal ref struct JsonMessageWriter
{
    // Braces, every field's name, quotes, colon and comma, two 20-digit and one 10-digit number: 178 bytes, rounded.
    private const int FixedSize = 192;

    private readonly Span<byte> _destination;
    private int _at;

    private JsonMessageWriter(Span<byte> destination) => _destination = destination;

    public static int MaxSize(in ClientMessage message)
    {
        long strings = (long)message.MessageId.Length + message.Room.Length + message.User.Length
            + message.Epoch.Length + message.ErrorReason.Length;
        return checked((int)(FixedSize + (JsonString.MaxExpansion * strings) + MaxDataSize(message.DataKind, message.Data)));
    }

    public static int Write(in ClientMessage message, Span<byte> destination)
    {
        var writer = new JsonMessageWriter(destination);
        writer.Text("\"message_id\":"u8, message.MessageId);
        writer.Number("\"seq\":"u8, message.Seq);
        writer.Text("\"room\":"u8, message.Room);
        writer.Text("\"user\":"u8, message.User);
        writer.Number("\"offset\":"u8, message.Offset);
        writer.Text("\"epoch\":"u8, message.Epoch);
        if (message.DataKind != DataKind.None && !message.Data.IsEmpty)
        {
            writer.Name(default);
            writer._at += WriteData(message.DataKind, message.Data, destination[writer._at..]);
        }

        if (message.IsError)
        {
            writer.Name("\"error\":"u8);
            int start = writer._at;
            writer.Number("\"code\":"u8, message.ErrorCode);
            writer.Text("\"reason\":"u8, message.ErrorReason);
            destination[start] = (byte)'{';
            destination[writer._at++] = (byte)'}';
        }

        return writer.Close();
    }

    /// <summary>The bytes that <see cref="WriteData"/> needs at most, its field name included.</summary>
    public static long MaxDataSize(DataKind kind, ReadOnlySpan<byte> data) =>
        kind == DataKind.Binary ? 17L + (((data.Length + 2L) / 3) * 4) : 8L + data.Length;

    /// <summary>Writes the field <c>data</c> or <c>data_base64</c>, name and value, for data that is not empty.</summary>
    public static int WriteData(DataKind kind, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ReadOnlySpan<byte> value = data;
        if (kind == DataKind.Json || JsonScanner.TryFindValue(data, out value))
        {
            "\"data\":"u8.CopyTo(destination);
            value.CopyTo(destination[7..]);
            return 7 + value.Length;
        }

        "\"data_base64\":\""u8.CopyTo(destination);
        Base64.EncodeToUtf8(data, destination[15..], out _, out int written);
        destination[15 + written] = (byte)'"';
        return 16 + written;
    }

    // Every field starts with the separator before it; what stands first overwrites its comma with the brace.
    private void Name(ReadOnlySpan<byte> name)
    {
        _destination[_at++] = (byte)',';
        name.CopyTo(_destination[_at..]);
        _at += name.Length;
    }

    private void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Name(name);
            _at += JsonString.Write(value, _destination[_at..]);
        }
    }

    private void Number(ReadOnlySpan<byte> name, ulong value)
    {
        if (value != 0)
        {
            Name(name);
            Utf8Formatter.TryFormat(value, _destination[_at..], out int written);
            _at += written;
        }
    }

    private int Close()
    {
        _at = Math.Max(_at, 1);
        _destination[0] = (byte)'{';
        _destination[_at++] = (byte)'}';
        return _at;
    }
}
