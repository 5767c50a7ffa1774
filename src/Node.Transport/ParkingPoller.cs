using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// A poller without descriptors: it sleeps until it is woken. Everything comes to its loop by <see cref="EventLoop.Post(Action)"/>,
/// which any operating system can do.
/// </summary>
public sealed class ParkingPoller : Poller
{
    // No spinning: a loop that waits leaves its core to the ones that work.
    private readonly ManualResetEventSlim _woken = new(false, spinCount: 0);

    /// <inheritdoc/>
    public override long Milliseconds => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);

    /// <inheritdoc/>
    public override int Wait(Span<PollEvent> events, int timeoutMs)
    {
        _woken.Wait(timeoutMs);

        // A wake between these two lines is not lost: who wakes has posted before, and the loop looks at the posts next.
        _woken.Reset();
        return 0;
    }

    /// <inheritdoc/>
    public override void Wake() => _woken.Set();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The event is not disposed: a late Wake from another thread must do no harm, and without a wait handle there is
        // nothing to free.
        base.Dispose(disposing);
    }
}
