namespace Node.Wire;

/// <summary>
/// What this side wants of permessage-deflate (RFC 7692). Off by default: with small messages it costs more CPU and
/// memory than it saves of the network.
/// </summary>
public sealed record DeflateOptions
{
    /// <summary>zlib compresses raw deflate with windows of 2^9 bytes and up only; it inflates 2^8 too.</summary>
    internal const int MinCompressWindowBits = 9;

    public bool Enabled { get; init; }

    /// <summary>Messages under this size, in bytes, go out as they are.</summary>
    public int MinSize { get; init; } = 1024;

    /// <summary>1 (fast) to 9 (small); -1 for zlib's default.</summary>
    public int Level { get; init; } = 1;

    /// <summary>
    /// The server forgets its history after each message. On by default: it lets one compressed message be shared by
    /// all its receivers, and spares 270 KB a connection.
    /// </summary>
    public bool ServerNoContextTakeover { get; init; } = true;

    /// <summary>The client forgets its history after each message. On by default: it spares the server 40 KB a
    /// connection.</summary>
    public bool ClientNoContextTakeover { get; init; } = true;

    /// <summary>9 to 15: the server compresses with a window of at most 2^n bytes.</summary>
    public int ServerMaxWindowBits { get; init; } = 15;

    /// <summary>9 to 15: the client compresses with a window of at most 2^n bytes.</summary>
    public int ClientMaxWindowBits { get; init; } = 15;
}
