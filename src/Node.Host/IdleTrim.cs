using System.Diagnostics;

namespace Node.Host;

/// <summary>
/// Gives memory back once a storm of connections is over: opening ten thousand leaves garbage behind that no later allocation
/// would have collected, because idle connections allocate nothing.
/// </summary>
/// <remarks>
/// Looked at twice a second; collects at most once a growth, when the number of sessions has come to rest. It is a full collection that moves
/// everything, and everybody waits for it: 25 ms with ten thousand connections, and it grows with them. So it comes only where it can give
/// back a part of the heap, and so seldom that all of these waits together are a hundredth of the time.
/// </remarks>
public sealed class IdleTrim : IDisposable
{
    private const int PeriodMs = 500;
    private const long WorthwhileBytes = 1024 * 1024;
    private const int WorthwhilePart = 4;
    private const int TimesThePause = 100;

    private readonly Timer _timer;
    private long _allocatedAtTrim;
    private long _allocatedBefore;
    private long _trimmedAt = Stopwatch.GetTimestamp();
    private TimeSpan _pause;

    public IdleTrim() => _timer = new Timer(_ => Look(), null, PeriodMs, PeriodMs);

    public void Dispose() => _timer.Dispose();

    /// <summary>Whether a collection would give back enough for the pause that it is.</summary>
    /// <param name="allocated">Bytes since the last one; most of them are garbage.</param>
    /// <param name="heap">Bytes.</param>
    /// <param name="sinceLast">Time since then.</param>
    /// <param name="lastPause">What the last one took.</param>
    public static bool IsWorthwhile(long allocated, long heap, TimeSpan sinceLast, TimeSpan lastPause) =>
        allocated >= Math.Max(WorthwhileBytes, heap / WorthwhilePart) && sinceLast >= lastPause * TimesThePause;

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool atRest = allocated - _allocatedBefore < WorthwhileBytes / 8;
        _allocatedBefore = allocated;
        if (!atRest || !IsWorthwhile(
            allocated - _allocatedAtTrim, GC.GetTotalMemory(forceFullCollection: false), Stopwatch.GetElapsedTime(_trimmedAt), _pause))
        {
            return;
        }

        // Compacting is what lowers the resident set; the pause falls into a moment when nothing is going on.
        _trimmedAt = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _pause = Stopwatch.GetElapsedTime(_trimmedAt);
        _allocatedAtTrim = GC.GetTotalAllocatedBytes();
        _allocatedBefore = _allocatedAtTrim;
    }
}
