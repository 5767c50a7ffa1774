using System.Buffers.Text;

namespace Node.Wire;

/// <summary>Sec-WebSocket-Accept: base64 of SHA-1 over the key's text and a fixed GUID (RFC 6455, 4.2.2).</summary>
public static class AcceptKey
{
    /// <summary>Sec-WebSocket-Key: 16 bytes in base64.</summary>
    public const int KeyLength = 24;

    /// <summary>Sec-WebSocket-Accept: 20 bytes in base64.</summary>
    public const int Length = 28;

    /// <summary>Writes <see cref="Length"/> bytes for a key of <see cref="KeyLength"/>.</summary>
    public static void Write(ReadOnlySpan<byte> key, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[KeyLength + 36];
        key[..KeyLength].CopyTo(text);
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.CopyTo(text[KeyLength..]);
        Span<byte> hash = stackalloc byte[20];
        Sha1.Hash(text, hash);
        Base64.EncodeToUtf8(hash, destination, out _, out _);
    }

    /// <summary>16 bytes in base64.</summary>
    internal static bool IsKey(ReadOnlySpan<byte> key) =>
        key.Length == KeyLength && Base64.IsValid(key, out int decoded) && decoded == 16;
}
