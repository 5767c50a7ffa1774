using System.Collections.Concurrent;
using System.Net;
using Node.Hub;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>A hub on real loops and a free port.</summary>
internal sealed class HubServer : IDisposable
{
    private readonly TransportServer _transport;

    public HubServer(int loops = 1, HubOptions? options = null, Action<Node.Hub.Hub>? map = null, TimeProvider? time = null)
    {
        Hub = new Node.Hub.Hub(options ?? new HubOptions(), (exception, where) => Faults.Enqueue((where, exception)), time);
        map?.Invoke(Hub);
        _transport = new TransportServer(
            new TransportOptions { Loops = loops, EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, Hub.Accept);
        foreach (EventLoop loop in _transport.Loops)
        {
            loop.Fault = LoopFaults.Enqueue;
        }

        Hub.Start(_transport.Loops);
        _transport.Start();
    }

    public Node.Hub.Hub Hub { get; }

    public IPEndPoint EndPoint => _transport.LocalEndPoint;

    public IReadOnlyList<EventLoop> Loops => _transport.Loops;

    /// <summary>What escaped from handlers, and from which.</summary>
    public ConcurrentQueue<(string Where, Exception Exception)> Faults { get; } = new();

    /// <summary>What escaped to a loop: nothing ever should.</summary>
    public ConcurrentQueue<Exception> LoopFaults { get; } = new();

    /// <summary>Sum of a counter over the loops.</summary>
    public long Count(Func<LoopCounters, long> counter) => Loops.Sum(loop => counter(loop.Counters));

    /// <summary>Lets the loops turn until something holds that they bring about.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(HubClient.Patience);
        while (!holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await TurnAsync();
        }
    }

    /// <summary>What has been posted to the loops by now is done.</summary>
    public async Task TurnAsync()
    {
        foreach (EventLoop loop in Loops)
        {
            await LoopGroup.RunAsync(loop, () => { });
        }
    }

    /// <summary>Waits until everybody is gone; then nothing may be left of them.</summary>
    public async Task AssertEmptyAsync()
    {
        await UntilAsync(() => Hub.Buckets.Sum(bucket => bucket.Loop.ConnectionCount) == 0);
        await UntilAsync(() => Hub.UserCount == 0 && Hub.RoomCount == 0);
        await TurnAsync();
        Assert.Equal(0, Hub.SessionCount);
        Assert.Equal(0, Hub.Buckets.Sum(bucket => bucket.Counters.Members));
        Assert.Equal(0, Hub.Buckets.Sum(bucket => bucket.Counters.Channels));
        Assert.Equal(0, Count(counters => counters.QueuedBytes));
    }

    public void Dispose()
    {
        _transport.Dispose();
        Hub.Dispose();
        Assert.Empty(LoopFaults);
    }
}
