namespace Node.Load.Net;

internal enum ClientState
{
    Closed,
    Connecting,
    Upgrading,
    Open,
    Closing,
}

/// <summary>One client connection of a <see cref="ClientLoop"/>. Loop thread only.</summary>
internal sealed class Client(int index)
{
    /// <summary>The place in the loop's table; taken again by a later client once this one is closed.</summary>
    public int Index { get; } = index;

    public int Descriptor { get; set; } = -1;

    /// <summary>Of <see cref="ClientTls"/>; 0: it speaks in the clear.</summary>
    public nint Session { get; set; }

    public ClientState State { get; set; }

    /// <summary>The path and query that the handshake asks for.</summary>
    public string Target { get; set; } = "/";

    /// <summary>When the connect began, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public long OpenedAt { get; set; }

    /// <summary>The code of the server's close frame; 0: there was none.</summary>
    public int CloseCode { get; set; }

    /// <summary>It does not read any more: what the server sends waits in the kernel, and then at the server.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The incomplete tail of what was read.</summary>
    public Leftover Unread { get; } = new();

    /// <summary>The incomplete tail of what was said, where that is not a matter of frames.</summary>
    public Leftover Unheard { get; } = new();

    /// <summary>What the socket did not take.</summary>
    public Leftover Unsent { get; } = new();
}
