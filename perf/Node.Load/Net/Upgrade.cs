using System.Security.Cryptography;
using System.Text;

namespace Node.Load.Net;

/// <summary>The client's side of the handshake: RFC 6455, 4.1.</summary>
internal static class Upgrade
{
    private const int MaxResponse = 16 * 1024;
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

    /// <summary>One key for the process, so that the expected answer is computed once.</summary>
    private static readonly string s_key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    private static readonly byte[] s_accept = Encoding.ASCII.GetBytes(ExpectedAccept(s_key));

    public static byte[] CreateRequest(string target, string host, bool deflate = false) => Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        $"Sec-WebSocket-Key: {s_key}\r\nSec-WebSocket-Version: 13\r\n{(deflate ? Offer : "")}\r\n");

    /// <summary>Returns the bytes of the response, 0 while it is incomplete.</summary>
    /// <param name="data">What has come.</param>
    /// <param name="deflate">Whether permessage-deflate was offered: the server must take it, without context takeover of its own.</param>
    /// <exception cref="ProtocolException">The server refused, or its answer does not fit the key.</exception>
    public static int ReadResponse(ReadOnlySpan<byte> data, bool deflate = false)
    {
        int end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return data.Length < MaxResponse ? 0 : throw new ProtocolException("an endless response");
        }

        if (!data.StartsWith("HTTP/1.1 101 "u8))
        {
            throw new ProtocolException(Encoding.Latin1.GetString(data[..data.IndexOf((byte)'\r')]));
        }

        if (data[..end].IndexOf(s_accept) < 0)
        {
            throw new ProtocolException("a Sec-WebSocket-Accept that does not fit the key");
        }

        if (deflate && data[..end].IndexOf("server_no_context_takeover"u8) < 0)
        {
            throw new ProtocolException("no permessage-deflate without context takeover");
        }

        return end + 4;
    }

    private static string ExpectedAccept(string key)
    {
        // RFC 6455 names SHA-1; nothing here relies on its strength.
#pragma warning disable CA5350
        byte[] digest = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        return Convert.ToBase64String(digest);
    }
}
