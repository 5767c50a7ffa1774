namespace Node.Load.Run;

/// <summary>What one worker counted between "measure" and "stop".</summary>
internal sealed record WorkerResult
{
    /// <summary>Echoes, deliveries or handshakes: what the server's CPU time is divided by.</summary>
    public long Operations { get; init; }

    /// <summary>Messages sent to the server.</summary>
    public long Sent { get; init; }

    /// <summary>Messages that never came, of the whole run.</summary>
    public long Lost { get; init; }

    /// <summary>Messages that came twice or out of order, of the whole run.</summary>
    public long Duplicates { get; init; }

    /// <summary>Connections that failed, of the whole run.</summary>
    public long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>Operations that a fixed rate asked for and that began late because too many were under way.</summary>
    public long Held { get; init; }

    /// <summary>Of the members that stopped reading: how many the server has closed.</summary>
    public int SlowClosed { get; init; }

    /// <summary>Messages that never came to those of them that it has not.</summary>
    public long SlowMissed { get; init; }

    /// <summary>Data frames that came uncompressed although compression was agreed on.</summary>
    public long Uncompressed { get; init; }

    public double CpuSeconds { get; init; }

    public long MaxNanoseconds { get; init; }

    /// <summary>See <see cref="Stats.LatencyHistogram.ToSparse"/>.</summary>
    public long[] Latency { get; init; } = [];
}
