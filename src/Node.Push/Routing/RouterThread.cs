using System.Collections.Concurrent;
using System.Diagnostics;

namespace Node.Push.Routing;

/// <summary>The one thread that a router lives on. What is there makes one turn, and leaves in one message a node.</summary>
internal sealed class RouterThread : IDisposable
{
    private const int TickMs = 20;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Action<Exception> _fault;
    private readonly Thread _thread;

    /// <param name="router">Touched by this thread alone.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public RouterThread(PushRouter router, Action<Exception> fault)
    {
        (Router, _fault) = (router, fault);
        _thread = new Thread(Run) { IsBackground = true, Name = "router" };
        _thread.Start();
    }

    public PushRouter Router { get; }

    /// <summary>What waits for the thread.</summary>
    public int Waiting => _work.Count;

    /// <summary>Runs in the order of the calls. Any thread; after the end it does nothing.</summary>
    public void Post(Action action)
    {
        try
        {
            _work.Add(action);
        }
        catch (InvalidOperationException)
        {
            // The router has ended, and with it what this was about.
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        long tickedAt = Now();
        Do(() => Router.Tick(tickedAt));
        while (!_work.IsCompleted)
        {
            if (_work.TryTake(out Action? first, TickMs))
            {
                Do(first);
                for (int i = 0; i < 1024 && _work.TryTake(out Action? next); i++)
                {
                    Do(next);
                }
            }

            long now = Now();
            if (now - tickedAt >= TickMs)
            {
                tickedAt = now;
                Do(() => Router.Tick(now));
            }

            Do(Router.Flush);
        }
    }

    private static long Now() => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            _fault(exception);
        }
    }
}
