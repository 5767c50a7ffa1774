namespace Node.Connect;

/// <summary>
/// Gives memory back once a storm of connections is over: opening ten thousand leaves garbage behind that no later allocation
/// would have collected, because idle connections allocate nothing.
/// </summary>
/// <remarks>Looked at twice a second; collects at most once a growth, when the number of sessions has come to rest.</remarks>
internal sealed class IdleTrim : IDisposable
{
    private const int PeriodMs = 500;
    private const long WorthwhileBytes = 1024 * 1024;

    private readonly Timer _timer;
    private long _allocatedAtTrim;
    private long _allocatedBefore;

    public IdleTrim() => _timer = new Timer(_ => Look(), null, PeriodMs, PeriodMs);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool atRest = allocated - _allocatedBefore < WorthwhileBytes / 8;
        _allocatedBefore = allocated;
        if (!atRest || allocated - _allocatedAtTrim < WorthwhileBytes)
        {
            return;
        }

        // Compacting is what lowers the resident set; the pause falls into a moment when nothing is going on.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _allocatedAtTrim = GC.GetTotalAllocatedBytes();
        _allocatedBefore = _allocatedAtTrim;
    }
}
