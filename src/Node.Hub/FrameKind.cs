namespace Node.Hub;

/// <summary>Which frame of a fan-out a connection gets: the <see cref="Transport.Connection.Tag"/> of the hub's connections.</summary>
internal enum FrameKind : byte
{
    /// <summary>None: it is not, or not yet, a named user's.</summary>
    None,

    Json,

    Proto,

    /// <summary>One that is compressed, as its channel has agreed to.</summary>
    Compressed,
}
