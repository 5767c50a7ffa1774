namespace Node.Wire.Messages;

/// <summary>The routes (`message_id`) that the protocol itself defines; see protocol/client.md.</summary>
public static class Routes
{
    public static ReadOnlySpan<byte> Connect => "connect"u8;

    public static ReadOnlySpan<byte> Ping => "ping"u8;

    public static ReadOnlySpan<byte> Join => "join"u8;

    public static ReadOnlySpan<byte> Leave => "leave"u8;

    public static ReadOnlySpan<byte> Publish => "publish"u8;

    public static ReadOnlySpan<byte> Direct => "direct"u8;

    public static ReadOnlySpan<byte> History => "history"u8;

    public static ReadOnlySpan<byte> Presence => "presence"u8;

    /// <summary>Server to client only.</summary>
    public static ReadOnlySpan<byte> Joined => "joined"u8;

    /// <summary>Server to client only.</summary>
    public static ReadOnlySpan<byte> Left => "left"u8;
}
