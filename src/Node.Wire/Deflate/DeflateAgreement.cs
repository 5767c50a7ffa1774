namespace Node.Wire;

/// <summary>
/// permessage-deflate as both sides agreed on it (RFC 7692, 7.1). There are few of them and they are immutable: equal
/// ones are the same object, so that a connection pays a reference.
/// </summary>
public sealed class DeflateAgreement
{
    private static readonly DeflateAgreement?[] Known = new DeflateAgreement?[2 * 2 * 16 * 16];

    private DeflateAgreement(bool serverTakeover, bool clientTakeover, int serverBits, int clientBits)
    {
        ServerContextTakeover = serverTakeover;
        ClientContextTakeover = clientTakeover;
        ServerWindowBits = serverBits;
        ClientWindowBits = clientBits;
    }

    /// <summary>The server may refer to its earlier messages.</summary>
    public bool ServerContextTakeover { get; }

    /// <summary>The client may refer to its earlier messages.</summary>
    public bool ClientContextTakeover { get; }

    /// <summary>The server compresses with a window of at most 2^n bytes.</summary>
    public int ServerWindowBits { get; }

    /// <summary>The client compresses with a window of at most 2^n bytes.</summary>
    public int ClientWindowBits { get; }

    /// <summary>The incoming half for a connection of ours in that role.</summary>
    public Inflater CreateInflater(WireRole role) => role == WireRole.Server
        ? new Inflater(ClientWindowBits, ClientContextTakeover)
        : new Inflater(ServerWindowBits, ServerContextTakeover);

    /// <summary>The outgoing half for a connection of ours in that role, or, without context takeover, for
    /// many.</summary>
    public Deflater CreateDeflater(WireRole role, int level) => role == WireRole.Server
        ? new Deflater(ServerWindowBits, level, ServerContextTakeover)
        : new Deflater(ClientWindowBits, level, ClientContextTakeover);

    internal static DeflateAgreement Of(bool serverTakeover, bool clientTakeover, int serverBits, int clientBits)
    {
        int index = (((serverTakeover ? 2 : 0) + (clientTakeover ? 1 : 0)) * 256) + (serverBits * 16) + clientBits;
        ref DeflateAgreement? known = ref Known[index];
        if (known is null)
        {
            Interlocked.CompareExchange(
                ref known, new DeflateAgreement(serverTakeover, clientTakeover, serverBits, clientBits), null);
        }

        return known;
    }
}
