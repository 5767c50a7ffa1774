namespace Node.Transport;

/// <summary>Where a frame waits when the socket does not take it at once.</summary>
public enum Lane : byte
{
    /// <summary>In order, within the queue's bound; what happens beyond it is the frame's <see cref="SendPolicy"/>.</summary>
    Data,

    /// <summary>
    /// Ahead of the data, never dropped; a newer pong replaces one that still waits (RFC 6455 5.5.3 allows to answer only
    /// the latest ping), so a peer that pings and does not read costs one frame.
    /// </summary>
    Pong,

    /// <summary>As <see cref="Pong"/>: only the latest waits.</summary>
    Ping,

    /// <summary>The last frame of a connection, after the data that still waits. Never dropped.</summary>
    Close,
}
