using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>compression:</c> (RFC 7692). They hold for handshakes after a change.</summary>
public sealed record CompressionSection
{
    [Setting("Accept permessage-deflate when a client offers it.", Hot = true)]
    public bool Enabled { get; init; }

    [Setting("Messages shorter than this leave uncompressed.", Hot = true, Bytes = true, Max = "64MiB")]
    public int MinBytes { get; init; } = 256;

    [Setting("Deflate level: 1 is fastest, 9 smallest.", Hot = true, Min = "1", Max = "9")]
    public int Level { get; init; } = 3;

    [Setting("The node's window is 2^n bytes (server_max_window_bits).", Hot = true, Min = "9", Max = "15")]
    public int ServerWindowBits { get; init; } = 15;

    [Setting("The same for clients that can be asked (client_max_window_bits).", Hot = true, Min = "9", Max = "15")]
    public int ClientWindowBits { get; init; } = 15;

    [Setting("Keep the node's window from message to message. Packs better, but costs memory per connection, and a room's " +
        "message can then no longer be compressed once for all.", Hot = true)]
    public bool ServerContextTakeover { get; init; }

    [Setting("Let clients keep their window; costs memory per connection.", Hot = true)]
    public bool ClientContextTakeover { get; init; }
}
