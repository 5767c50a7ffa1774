namespace Node.Transport;

/// <summary>What becomes of a frame for a connection that does not keep up.</summary>
public enum Overflow
{
    /// <summary>The oldest waiting frames make place, those left out whose own policy is <see cref="Close"/>.</summary>
    DropOldest,

    /// <summary>A frame replaces the one of the same conflation key that still waits, full or not.</summary>
    LatestOnly,

    /// <summary>The connection is closed: it must not miss anything and does not keep up.</summary>
    Close,
}

/// <summary>
/// The bound of a send queue and what happens at it, as a frame asks for it. Immutable: one instance serves a node or
/// a room.
/// </summary>
/// <param name="Overflow">The outcome.</param>
/// <param name="MaxBytes">Bytes that may wait for one connection.</param>
public sealed record SendPolicy(Overflow Overflow, int MaxBytes)
{
    public static SendPolicy Default { get; } = new(Overflow.Close, 1024 * 1024);
}
