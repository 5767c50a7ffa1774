using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Node.Load.Net;

/// <summary>A token of its own for every user: HS256, RFC 7515 and 7519. One thread only.</summary>
internal sealed class UserTokens(string secret)
{
    private static readonly byte[] s_head = Encoding.ASCII.GetBytes(Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + ".");
    private readonly byte[] _key = Encoding.UTF8.GetBytes(secret);
    private readonly long _expires = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds();

    /// <summary>Writes a user's token and returns its size.</summary>
    /// <param name="target">512 bytes are enough.</param>
    /// <param name="user">At most 128 characters that JSON need not escape.</param>
    public int Write(Span<byte> target, ReadOnlySpan<char> user)
    {
        Span<byte> claims = stackalloc byte[256];
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!System.Text.Unicode.Utf8.TryWrite(claims, CultureInfo.InvariantCulture, $"{{\"sub\":\"{user}\",\"exp\":{_expires}}}", out int size))
        {
            throw new InvalidOperationException("A user's claims do not fit.");
        }

        s_head.CopyTo(target);
        int at = s_head.Length + Base64Url.EncodeToUtf8(claims[..size], target[s_head.Length..]);
        HMACSHA256.HashData(_key, target[..at], digest);
        target[at++] = (byte)'.';
        return at + Base64Url.EncodeToUtf8(digest, target[at..]);
    }
}
