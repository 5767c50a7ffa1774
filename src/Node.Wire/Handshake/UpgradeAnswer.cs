using System.Text;

namespace Node.Wire;

/// <summary>What a server's 101 says, for <see cref="ClientHandshake"/> (RFC 6455, 4.1).</summary>
internal ref struct UpgradeAnswer
{
    private ReadOnlySpan<byte> _accept;
    private bool _hasUpgrade;
    private bool _hasConnection;
    private bool _hasAccept;
    private bool _hasSubprotocol;
    private string? _failure;

    internal string? Subprotocol { get; private set; }

    internal DeflateAgreement? Deflate { get; private set; }

    internal void Add(HeaderLine line, ClientHandshakeOptions options)
    {
        if (line.Is("Upgrade"u8))
        {
            _hasUpgrade |= Ascii.EqualsIgnoreCase(line.Value, "websocket"u8);
        }
        else if (line.Is("Connection"u8))
        {
            _hasConnection |= HeaderGrammar.ListHas(line.Value, "upgrade"u8);
        }
        else if (line.Is("Sec-WebSocket-Accept"u8))
        {
            _failure ??= _hasAccept ? "two Sec-WebSocket-Accept" : null;
            _hasAccept = true;
            _accept = line.Value;
        }
        else if (line.Is("Sec-WebSocket-Protocol"u8))
        {
            AddSubprotocol(line.Value, options.Subprotocols);
        }
        else if (line.Is("Sec-WebSocket-Extensions"u8))
        {
            bool isAcceptable = Deflate is null
                & DeflateNegotiation.TryConfirm(line.Value, options.Deflate, out DeflateAgreement? agreed);
            _failure ??= isAcceptable ? null : "the server chose an extension that was not offered so";
            Deflate = agreed;
        }
    }

    internal readonly string? Failure(ReadOnlySpan<byte> key)
    {
        Span<byte> expected = stackalloc byte[AcceptKey.Length];
        AcceptKey.Write(key, expected);
        return !_hasUpgrade ? "Upgrade does not say websocket"
            : !_hasConnection ? "Connection does not say Upgrade"
            : !_accept.SequenceEqual(expected) ? "Sec-WebSocket-Accept does not fit the key"
            : _failure;
    }

    private void AddSubprotocol(ReadOnlySpan<byte> chosen, IReadOnlyList<string> offered)
    {
        for (int index = 0; index < offered.Count && !_hasSubprotocol; index++)
        {
            Subprotocol = Ascii.Equals(chosen, offered[index]) ? offered[index] : Subprotocol;
        }

        _failure ??= Subprotocol is null || _hasSubprotocol
            ? "the server chose a subprotocol that was not offered"
            : null;
        _hasSubprotocol = true;
    }
}
