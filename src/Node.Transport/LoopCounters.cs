using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// What a loop has done so far. Written by its thread alone, with plain stores; read by anybody, who may see a value that is a
/// moment old (a 64-bit store does not tear).
/// </summary>
public sealed class LoopCounters
{
    private static readonly long TenMs = Stopwatch.Frequency / 100;

    public long Turns;

    /// <summary>Stopwatch ticks spent outside of waiting.</summary>
    public long BusyTicks;

    /// <summary>The longest turn, in stopwatch ticks, waiting left out.</summary>
    public long LongestTurnTicks;

    /// <summary>Turns of 10 ms and more: for so long everybody else of the loop waited.</summary>
    public long TurnsOver10Ms;

    /// <summary>Of those, the turns of 100 ms and more.</summary>
    public long TurnsOver100Ms;

    /// <summary>Of those, the turns of a second and more.</summary>
    public long TurnsOver1S;

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

    /// <summary>Frames and queues that are out of the loop's pool now: what waits holds them.</summary>
    public long Rented;

    public long DroppedOldest;
    public long DroppedConflated;

    /// <summary>Frames that were dropped because their connection was being closed as too slow.</summary>
    public long DroppedAtClose;

    public long OverflowCloses;
    public long PostsRun;

    /// <summary>Exceptions that escaped from a handler or from posted work.</summary>
    public long Faults;

    /// <summary>One turn is done, after so many stopwatch ticks.</summary>
    internal void CountTurn(long ticks)
    {
        Turns++;
        BusyTicks += ticks;
        LongestTurnTicks = Math.Max(LongestTurnTicks, ticks);
        if (ticks >= TenMs)
        {
            TurnsOver10Ms++;
            TurnsOver100Ms += ticks >= 10 * TenMs ? 1 : 0;
            TurnsOver1S += ticks >= 100 * TenMs ? 1 : 0;
        }
    }
}
