using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>Reads for tests: from a copy between guards, which in-place decoding must leave alone.</summary>
public static class Codec
{
    private const byte Guard = 0xA5;

    public static (MessageModel? Message, string? Error) ReadJson(ReadOnlySpan<byte> payload)
    {
        byte[] buffer = new byte[payload.Length + 16];
        buffer.AsSpan().Fill(Guard);
        payload.CopyTo(buffer.AsSpan(8));
        bool read = JsonCodec.TryRead(buffer.AsSpan(8, payload.Length), out ClientMessage message, out string? error);
        Assert.Equal(read, error is null);
        Assert.False(buffer.AsSpan(0, 8).ContainsAnyExcept(Guard));
        Assert.False(buffer.AsSpan(payload.Length + 8).ContainsAnyExcept(Guard));
        return (read || ReadErrors.IsBadName(error) ? MessageModel.Of(message) : null, error);
    }

    public static (MessageModel? Message, string? Error) ReadProto(ReadOnlySpan<byte> payload)
    {
        bool read = ProtoCodec.TryRead(payload, out ClientMessage message, out string? error);
        Assert.Equal(read, error is null);
        return (read || ReadErrors.IsBadName(error) ? MessageModel.Of(message) : null, error);
    }
}
