using Node.Host;

namespace Node.Push.Routing;

/// <summary>The one thread that a router lives on. What is there makes one turn, and leaves in one message a node.</summary>
internal sealed class RouterThread : IDisposable
{
    private readonly WorkThread _thread;

    /// <param name="router">Touched by this thread alone.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public RouterThread(PushRouter router, Action<Exception> fault)
    {
        Router = router;
        _thread = new WorkThread("router", router.Tick, router.Flush, fault);
        _thread.Start();
    }

    public PushRouter Router { get; }

    /// <summary>What waits for the thread.</summary>
    public int Waiting => _thread.Waiting;

    /// <inheritdoc cref="WorkThread.Post"/>
    public void Post(Action action) => _thread.Post(action);

    public void Dispose() => _thread.Dispose();
}
