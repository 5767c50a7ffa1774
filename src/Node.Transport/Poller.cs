namespace Node.Transport;

/// <summary>
/// What an <see cref="EventLoop"/> waits on. It is also the loop's clock, so that a simulated poller owns time.
/// </summary>
public abstract class Poller : IDisposable
{
    /// <summary>Milliseconds on a monotonic clock. Any thread.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>
    /// Waits until something is ready, <see cref="Wake"/> was called, or the time is up. Loop thread only.
    /// </summary>
    /// <param name="events">Filled from the start.</param>
    /// <param name="timeoutMs">-1 waits without a limit; 0 does not wait.</param>
    /// <returns>How many events were filled in; 0 after a wake or a timeout.</returns>
    public abstract int Wait(Span<PollEvent> events, int timeoutMs);

    /// <summary>Ends the current or the next <see cref="Wait"/>. Any thread.</summary>
    public abstract void Wake();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>One descriptor's readiness: whose (the key it was added with) and what for.</summary>
public readonly record struct PollEvent(ulong Key, Readiness Readiness);

[Flags]
public enum Readiness : byte
{
    None = 0,
    Readable = 1,
    Writable = 2,

    /// <summary>Error or hang-up: reading tells which.</summary>
    Broken = 4,

    /// <summary>The peer has ended its stream; there may be bytes to read before that end.</summary>
    Ended = 8,

    /// <summary>As an interest: tell of changes only, not of what stays ready.</summary>
    Edge = 16,
}
