namespace Node.Hub;

public enum BusOutcome
{
    Done,

    /// <summary>Nobody took it in time: it may or may not be delivered.</summary>
    Unavailable,

    /// <summary>Too much waits already; it was not taken.</summary>
    Overloaded,
}

/// <summary>What became of a publish on the bus.</summary>
/// <param name="Outcome">Whether it was taken.</param>
/// <param name="Offset">Its number; rooms only.</param>
/// <param name="Connections">Connections that it was enqueued for, on all nodes, or at least so many; null where the bus cannot tell.</param>
public readonly record struct BusAnswer(BusOutcome Outcome, ulong Offset, ulong? Connections)
{
    /// <summary>0 where the bus cannot tell.</summary>
    public ulong KnownConnections => Connections ?? 0;
}
