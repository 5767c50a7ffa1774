namespace Node.Wire;

/// <summary>What a <see cref="FrameReader"/> holds a peer to. Shared by all connections of one kind.</summary>
/// <param name="Role">Our own role: a server wants masked frames, a client refuses them.</param>
/// <param name="MaxFrameBytes">The largest payload that a data frame may declare.</param>
public readonly record struct FrameRules(WireRole Role, long MaxFrameBytes);
