using System.Text;

namespace Node.Wire;

/// <summary>What one pass over a request's headers finds for <see cref="ServerHandshake"/>.</summary>
internal ref struct UpgradeHeaders
{
    private ReadOnlySpan<byte> _version;
    private ReadOnlySpan<byte> _origin;
    private bool _hasUpgrade;
    private bool _hasConnection;
    private bool _hasOrigin;
    private bool _protocolsAreTokens;
    private bool _extensionsAreValid;
    private int _subprotocol; // index in the server's list; past its end: none

    internal ReadOnlySpan<byte> Key { get; private set; }

    internal DeflateAgreement? Deflate { get; private set; }

    internal static UpgradeHeaders Collect(HttpRequestHead request, HandshakeOptions options)
    {
        var found = new UpgradeHeaders
        {
            _protocolsAreTokens = true,
            _extensionsAreValid = true,
            _subprotocol = options.Subprotocols.Count,
        };
        foreach (HeaderLine line in request.Headers)
        {
            switch (line.Name.Length)
            {
                case 6 when line.Is("Origin"u8):
                    found._origin = line.Value;
                    found._hasOrigin = true;
                    break;
                case 7 when line.Is("Upgrade"u8):
                    found._hasUpgrade |= HeaderGrammar.ListHas(line.Value, "websocket"u8);
                    break;
                case 10 when line.Is("Connection"u8):
                    found._hasConnection |= HeaderGrammar.ListHas(line.Value, "upgrade"u8);
                    break;
                case 17 when line.Is("Sec-WebSocket-Key"u8):
                    found.Key = line.Value;
                    break;
                case 21 when line.Is("Sec-WebSocket-Version"u8):
                    found._version = line.Value;
                    break;
                case 22 when line.Is("Sec-WebSocket-Protocol"u8):
                    found.AddSubprotocols(line.Value, options.Subprotocols);
                    break;
                case 24 when line.Is("Sec-WebSocket-Extensions"u8):
                    found.AddExtensions(line.Value, options.Deflate);
                    break;
            }
        }

        return found;
    }

    internal readonly HttpRefusal? Check(HandshakeOptions options) =>
        !_hasUpgrade ? HttpRefusal.UpgradeMissing
        : !_hasConnection ? HttpRefusal.ConnectionNotUpgrade
        : !_version.SequenceEqual("13"u8) ? HttpRefusal.VersionUnsupported
        : Key.IsEmpty ? HttpRefusal.KeyMissing
        : !AcceptKey.IsKey(Key) ? HttpRefusal.KeyInvalid
        : !_protocolsAreTokens ? HttpRefusal.ProtocolInvalid
        : !_extensionsAreValid ? HttpRefusal.ExtensionsInvalid
        : _hasOrigin && !options.Origins.Allows(_origin) ? HttpRefusal.OriginForbidden
        : null;

    internal readonly string? Subprotocol(HandshakeOptions options) =>
        _subprotocol < options.Subprotocols.Count ? options.Subprotocols[_subprotocol] : null;

    /// <summary>The server's order decides, not the client's. Names compare exactly (RFC 6455, 11.5).</summary>
    private void AddSubprotocols(ReadOnlySpan<byte> offered, IReadOnlyList<string> known)
    {
        while (HeaderGrammar.TryTakeItem(ref offered, out ReadOnlySpan<byte> item))
        {
            _protocolsAreTokens &= HeaderGrammar.IsToken(item);
            for (int index = 0; index < _subprotocol; index++)
            {
                if (Ascii.Equals(item, known[index]))
                {
                    _subprotocol = index;
                }
            }
        }
    }

    /// <summary>Several header lines count as one list: the first acceptable offer stands.</summary>
    private void AddExtensions(ReadOnlySpan<byte> offered, DeflateOptions options)
    {
        _extensionsAreValid &= DeflateNegotiation.TryAccept(offered, options, out DeflateAgreement? agreed);
        Deflate ??= agreed;
    }
}
