namespace Node.Wire;

/// <summary>
/// A server's answer to an opening handshake (RFC 6455, 4.2): either a refusal by name, or what was agreed and the 101
/// that says so. It allocates nothing.
/// </summary>
public readonly ref struct ServerHandshake
{
    /// <summary>More than any 101 takes, in bytes, with a subprotocol of up to 128.</summary>
    public const int MaxResponseSize = 512;

    private readonly ReadOnlySpan<byte> _key;

    private ServerHandshake(HttpRefusal refusal) => Refusal = refusal;

    private ServerHandshake(ReadOnlySpan<byte> key, string? subprotocol, DeflateAgreement? deflate)
    {
        _key = key;
        Subprotocol = subprotocol;
        Deflate = deflate;
    }

    /// <summary>Null: accepted.</summary>
    public HttpRefusal? Refusal { get; }

    /// <summary>The server's own string; null: none was offered that the server knows.</summary>
    public string? Subprotocol { get; }

    /// <summary>Null: messages travel as they are.</summary>
    public DeflateAgreement? Deflate { get; }

    /// <summary>Checks the request in the order of RFC 6455, 4.2.1, and chooses.</summary>
    public static ServerHandshake Negotiate(scoped in HttpRequestHead request, HandshakeOptions options)
    {
        if (!request.Method.SequenceEqual("GET"u8))
        {
            return new ServerHandshake(HttpRefusal.MethodNotAllowed);
        }

        if (request.MinorVersion < 1)
        {
            return new ServerHandshake(HttpRefusal.HttpVersionUnsupported);
        }

        UpgradeHeaders headers = UpgradeHeaders.Collect(request, options);
        HttpRefusal? refusal = headers.Check(options);
        return refusal is not null
            ? new ServerHandshake(refusal)
            : new ServerHandshake(headers.Key, headers.Subprotocol(options), headers.Deflate);
    }

    /// <summary>Writes the 101, or the refusal, and returns its size. A destination that is too small throws.</summary>
    public int WriteResponse(Span<byte> destination)
    {
        if (Refusal is not null)
        {
            Refusal.Response.CopyTo(destination);
            return Refusal.Response.Length;
        }

        var writer = new AsciiWriter(destination);
        writer.Write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"u8);
        writer.Write("Sec-WebSocket-Accept: "u8);
        AcceptKey.Write(_key, writer.Take(AcceptKey.Length));
        writer.Write("\r\n"u8);
        if (Subprotocol is not null)
        {
            writer.Write("Sec-WebSocket-Protocol: "u8);
            writer.Write(Subprotocol);
            writer.Write("\r\n"u8);
        }

        if (Deflate is not null)
        {
            writer.Write("Sec-WebSocket-Extensions: "u8);
            DeflateNegotiation.WriteResponse(ref writer, Deflate);
            writer.Write("\r\n"u8);
        }

        writer.Write("\r\n"u8);
        return writer.Length;
    }
}
