namespace Node.Transport;

/// <summary>
/// What a loop has done so far. Written by its thread alone, with plain stores; read by anybody, who may see a value that is a
/// moment old (a 64-bit store does not tear).
/// </summary>
public sealed class LoopCounters
{
    public long Turns;

    /// <summary>Stopwatch ticks spent outside of waiting.</summary>
    public long BusyTicks;

    /// <summary>The longest turn, in stopwatch ticks, waiting left out.</summary>
    public long LongestTurnTicks;

    public long Accepted;
    public long AcceptErrors;
    public long AcceptPauses;
    public long Opened;
    public long Closed;
    public long Receives;
    public long BytesReceived;
    public long Sends;
    public long BytesSent;

    /// <summary>System calls that made many of the sends at once.</summary>
    public long Batches;

    /// <summary>Sends after which something had to wait.</summary>
    public long SendsShort;

    /// <summary>Bytes that wait now, in all queues of the loop.</summary>
    public long QueuedBytes;

    public long DroppedOldest;
    public long DroppedConflated;

    /// <summary>Frames that were dropped because their connection was being closed as too slow.</summary>
    public long DroppedAtClose;

    public long OverflowCloses;
    public long PostsRun;

    /// <summary>Exceptions that escaped from a handler or from posted work.</summary>
    public long Faults;
}
