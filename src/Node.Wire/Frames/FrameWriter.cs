using System.Buffers.Binary;
using System.Text.Unicode;

namespace Node.Wire;

/// <summary>
/// Frame headers and control frames (RFC 6455, 5.2 and 5.5) into the caller's bytes. Without a mask key: as a server.
/// With one: as a client, which must take a fresh, unpredictable key for every frame (5.3).
/// </summary>
public static class FrameWriter
{
    /// <summary>Payload of a ping, pong or close frame, in bytes.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>A close frame's reason: what its code leaves, in bytes.</summary>
    public const int MaxCloseReason = MaxControlPayload - 2;

    /// <summary>The longest header, in bytes: two, an eight-byte length, a mask key.</summary>
    public const int MaxHeaderSize = 14;

    /// <summary>The longest control frame, in bytes, masked.</summary>
    public const int MaxControlFrame = 2 + 4 + MaxControlPayload;

    /// <summary>Bytes of an unmasked header.</summary>
    public static int HeaderSize(long payload) => payload < 126 ? 2 : payload <= ushort.MaxValue ? 4 : 10;

    /// <summary>Bytes of a masked header.</summary>
    public static int MaskedHeaderSize(long payload) => HeaderSize(payload) + 4;

    /// <summary>Writes a server's header and returns its size. A destination that is too small throws.</summary>
    public static int WriteHeader(Span<byte> destination, Opcode opcode, bool fin, bool rsv1, long length)
    {
        destination[0] = (byte)((fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | (byte)opcode);
        if (length < 126)
        {
            destination[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            destination[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
            return 4;
        }

        destination[1] = 127;
        BinaryPrimitives.WriteInt64BigEndian(destination[2..], length);
        return 10;
    }

    /// <summary>Writes a client's header and returns its size. Masking the payload is the caller's:
    /// <see cref="Masking.Apply(Span{byte}, uint)"/> with the same key.</summary>
    public static int WriteMaskedHeader(
        Span<byte> destination, Opcode opcode, bool fin, bool rsv1, long length, uint maskKey)
    {
        int size = WriteHeader(destination, opcode, fin, rsv1, length);
        destination[1] |= 0x80;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[size..], maskKey);
        return size + 4;
    }

    /// <summary>
    /// A whole ping, pong or close frame into at least 2 (masked: 6) bytes more than the payload. Payload over 125
    /// bytes throws: it is our own bug.
    /// </summary>
    public static int WriteControl(
        Span<byte> destination, Opcode opcode, ReadOnlySpan<byte> payload, uint? maskKey = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxControlPayload, nameof(payload));
        int size = maskKey is { } key
            ? WriteMaskedHeader(destination, opcode, fin: true, rsv1: false, payload.Length, key)
            : WriteHeader(destination, opcode, fin: true, rsv1: false, payload.Length);
        Span<byte> body = destination.Slice(size, payload.Length);
        payload.CopyTo(body);
        Masking.Apply(body, maskKey ?? 0);
        return size + payload.Length;
    }

    /// <summary>
    /// A whole close frame. <see cref="CloseCode.NoStatus"/> gives one without a code. The reason is cut at a character
    /// boundary so that it fits 123 bytes: <see cref="MaxControlFrame"/> bytes always suffice. A code that may not be
    /// sent throws: it is our own bug.
    /// </summary>
    public static int WriteClose(
        Span<byte> destination, ushort code, ReadOnlySpan<char> reason = default, uint? maskKey = null)
    {
        if (code == CloseCode.NoStatus)
        {
            return WriteControl(destination, Opcode.Close, default, maskKey);
        }

        if (!CloseCode.IsValidOnWire(code))
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "not a close code that may be sent");
        }

        Span<byte> payload = stackalloc byte[MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        // Stops at the last whole character that fits; a lone surrogate becomes U+FFFD.
        Utf8.FromUtf16(reason, payload[2..], out _, out int written);
        return WriteControl(destination, Opcode.Close, payload[..(2 + written)], maskKey);
    }
}
