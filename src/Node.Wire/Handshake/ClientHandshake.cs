using System.Buffers.Text;
using System.Security.Cryptography;

namespace Node.Wire;

/// <summary>
/// A client's opening handshake (RFC 6455, 4.1): the request, and what the server made of it. Redirects and
/// authentication challenges are failures here.
/// </summary>
public readonly ref struct ClientHandshake
{
    /// <summary>Longest response head that is read, in bytes.</summary>
    public const int MaxResponseSize = 16 * 1024;

    private ClientHandshake(int status, string failure)
    {
        Status = status;
        Failure = failure;
    }

    private ClientHandshake(string? subprotocol, DeflateAgreement? deflate)
    {
        Status = 101;
        Subprotocol = subprotocol;
        Deflate = deflate;
    }

    /// <summary>The HTTP status; 0 when the response could not be read that far.</summary>
    public int Status { get; }

    /// <summary>Null: the connection is open.</summary>
    public string? Failure { get; }

    /// <summary>The client's own string; null: the server chose none.</summary>
    public string? Subprotocol { get; }

    /// <summary>Null: messages travel as they are.</summary>
    public DeflateAgreement? Deflate { get; }

    /// <summary>A fresh key of <see cref="AcceptKey.KeyLength"/> bytes: one a connection (RFC 6455, 4.1).</summary>
    public static void CreateKey(Span<byte> key)
    {
        Span<byte> nonce = stackalloc byte[16];
        RandomNumberGenerator.Fill(nonce);
        Base64.EncodeToUtf8(nonce, key, out _, out _);
    }

    /// <summary>Writes the request and returns its size. A destination that is too small throws.</summary>
    /// <exception cref="ArgumentException">A text that is not ASCII, or has a line break in it.</exception>
    public static int WriteRequest(Span<byte> destination, ClientHandshakeOptions options, ReadOnlySpan<byte> key)
    {
        var writer = new AsciiWriter(destination);
        writer.Write("GET "u8);
        WriteText(ref writer, options.Target);
        writer.Write(" HTTP/1.1\r\nHost: "u8);
        WriteText(ref writer, options.Host);
        writer.Write("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"u8);
        writer.Write("Sec-WebSocket-Key: "u8);
        writer.Write(key);
        for (int index = 0; index < options.Subprotocols.Count; index++)
        {
            writer.Write(index == 0 ? "\r\nSec-WebSocket-Protocol: "u8 : ", "u8);
            WriteText(ref writer, options.Subprotocols[index]);
        }

        if (options.Deflate.Enabled)
        {
            writer.Write("\r\nSec-WebSocket-Extensions: "u8);
            DeflateNegotiation.WriteOffer(ref writer, options.Deflate);
        }

        for (int index = 0; index < options.Headers.Count; index++)
        {
            writer.Write("\r\n"u8);
            WriteText(ref writer, options.Headers[index].Key);
            writer.Write(": "u8);
            WriteText(ref writer, options.Headers[index].Value);
        }

        writer.Write("\r\n\r\n"u8);
        return writer.Length;
    }

    /// <summary>
    /// Reads the response at the start of <paramref name="input"/>. <paramref name="scanned"/> is 0 at first, kept by
    /// the caller while incomplete, and when complete the number of bytes that the response took: frames may follow at
    /// once.
    /// Refused: <see cref="Failure"/> says why.
    /// </summary>
    public static HeadStatus ReadResponse(
        ReadOnlySpan<byte> input,
        ref int scanned,
        ClientHandshakeOptions options,
        ReadOnlySpan<byte> key,
        out ClientHandshake result)
    {
        result = default;
        HeadStatus status = HeadScanner.Scan(input, ref scanned, MaxResponseSize, out HttpRefusal? refusal);
        if (status == HeadStatus.Complete)
        {
            result = Judge(input[..scanned], options, key);
        }
        else if (refusal is not null)
        {
            result = new ClientHandshake(0, refusal.Reason);
        }

        return result.Failure is null ? status : HeadStatus.Refused;
    }

    private static ClientHandshake Judge(
        ReadOnlySpan<byte> text, ClientHandshakeOptions options, ReadOnlySpan<byte> key)
    {
        int lineEnd = text.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> statusLine = text[..lineEnd];
        if (statusLine.Length < 12 || !statusLine.StartsWith("HTTP/1.1 "u8)
            || !Utf8Parser.TryParse(statusLine.Slice(9, 3), out int status, out int digits) || digits != 3
            || (statusLine.Length > 12 && statusLine[12] != ' '))
        {
            return new ClientHandshake(0, "the status line is malformed");
        }

        ReadOnlySpan<byte> lines = text[(lineEnd + 2)..];
        if (status != 101)
        {
            return new ClientHandshake(status, "the server did not switch protocols");
        }

        var answer = default(UpgradeAnswer);
        ReadOnlySpan<byte> rest = lines;
        for (int end = rest.IndexOf("\r\n"u8); end > 0; end = rest.IndexOf("\r\n"u8))
        {
            if (HeaderGrammar.CheckLine(rest[..end]) is { } refusal)
            {
                return new ClientHandshake(status, refusal.Reason);
            }

            rest = rest[(end + 2)..];
        }

        foreach (HeaderLine line in new HeaderLines(lines))
        {
            answer.Add(line, options);
        }

        return answer.Failure(key) is { } failure
            ? new ClientHandshake(status, failure)
            : new ClientHandshake(answer.Subprotocol, answer.Deflate);
    }

    private static void WriteText(ref AsciiWriter writer, string text)
    {
        if (text.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new ArgumentException($"a line break in '{text}'");
        }

        writer.Write(text);
    }
}
