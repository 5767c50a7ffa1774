using System.Net;
using Node.Hub;
using Node.Tests.Messages;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>
/// A hub on simulated kernels, several loops on the test's one thread: the test says which loop turns when, and what time it is. A
/// loop is left after its turn, so that loops post to each other as they do on threads of their own.
/// </summary>
internal sealed class SimulatedHub : IDisposable
{
    private readonly SimulatedPoller[] _pollers;

    public SimulatedHub(
        int loops, HubOptions? options = null, Random? random = null, SimulatedFaults? faults = null,
        Action<Node.Hub.Hub>? map = null, TimeProvider? time = null)
    {
        random ??= new Random(1);
        _pollers = [.. Enumerable.Range(0, loops).Select(_ => new SimulatedPoller(random, faults ?? SimulatedFaults.None))];
        Loops = [.. _pollers.Select((poller, i) => new EventLoop(i, poller) { Fault = LoopFaults.Add })];
        Hub = new Node.Hub.Hub(options ?? new HubOptions(), Note, time);
        map?.Invoke(Hub);
        Hub.Start(Loops);
        foreach (EventLoop loop in Loops)
        {
            loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), Hub.Accept);
        }
    }

    public Node.Hub.Hub Hub { get; }

    public EventLoop[] Loops { get; }

    public List<SimulatedClient> Clients { get; } = [];

    public List<(string Where, Exception Exception)> Faults { get; } = [];

    public List<Exception> LoopFaults { get; } = [];

    /// <summary>Whoever hears of faults fails too.</summary>
    public bool IsLogBroken { get; set; }

    public SimulatedClient Connect(int loop, HubPeer peer)
    {
        var client = new SimulatedClient(_pollers[loop].ConnectPeer(), peer, Loops[loop]);
        Clients.Add(client);
        return client;
    }

    /// <summary>A connection whose bytes are the test's own.</summary>
    public SimulatedSocket ConnectRaw(int loop) => _pollers[loop].ConnectPeer();

    /// <summary>A client whose user is named, and told so.</summary>
    public SimulatedClient Named(int loop, string user, bool proto = false)
    {
        SimulatedClient client = Connect(loop, new HubPeer($"/ws?user={user}", proto));
        Settle();
        Assert.Equal("connect", client.Take().Single().MessageId);
        return client;
    }

    /// <summary>A name that a certain loop owns.</summary>
    public string NameOwnedBy(int loop, string prefix = "room") => Enumerable.Range(0, 10_000)
        .Select(i => $"{prefix}{i}").First(name => Hub.OwnerOf(Utf8Comparer.Bytes(name)).Index == loop);

    public void Turn(int loop)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Loops[loop].Context);
        Loops[loop].Turn();
        Loops[loop].LeaveThread();
        SynchronizationContext.SetSynchronizationContext(before);
    }

    /// <summary>Time passes for everybody.</summary>
    public void Advance(long milliseconds)
    {
        foreach (SimulatedPoller poller in _pollers)
        {
            poller.Advance(milliseconds);
        }
    }

    public void SetFaults(SimulatedFaults faults)
    {
        foreach (SimulatedPoller poller in _pollers)
        {
            poller.Faults = faults;
        }
    }

    /// <summary>All loops turn and all clients read, until nothing moves any more.</summary>
    public void Settle()
    {
        int still = 0;
        for (long before = -1; still < 3;)
        {
            for (int i = 0; i < Loops.Length; i++)
            {
                Turn(i);
            }

            Clients.ForEach(client => client.Read());
            long now = Loops.Sum(loop =>
                loop.Counters.BytesReceived + loop.Counters.BytesSent + loop.Counters.PostsRun + loop.Counters.Closed);
            still = now == before ? still + 1 : 0;
            before = now;
        }
    }

    /// <summary>Nothing is left of anybody.</summary>
    public void AssertEmpty()
    {
        Assert.Empty(LoopFaults);
        Assert.Equal(0, Loops.Sum(loop => loop.ConnectionCount));
        Assert.Equal(0, Loops.Sum(loop => loop.Timers.Count));
        Assert.Equal(0, Loops.Sum(loop => loop.Counters.QueuedBytes));
        Assert.Equal(0, Hub.SessionCount);
        Assert.Equal(0, Hub.UserCount);
        Assert.Equal(0, Hub.RoomCount);
        Assert.Equal(0, Hub.Buckets.Sum(bucket => bucket.Counters.Members));
        Assert.Equal(0, Hub.Buckets.Sum(bucket => bucket.Counters.Channels));
    }

    public void Dispose()
    {
        foreach (EventLoop loop in Loops)
        {
            loop.Dispose();
        }

        Hub.Dispose();
    }

    private void Note(Exception exception, string where)
    {
        Faults.Add((where, exception));
        if (IsLogBroken)
        {
            throw new InvalidOperationException("the log is broken");
        }
    }
}

/// <summary>A client on a simulated socket.</summary>
internal sealed class SimulatedClient
{
    public SimulatedClient(SimulatedSocket socket, HubPeer peer, EventLoop loop)
    {
        (Socket, Peer, Loop) = (socket, peer, loop);
        socket.Write(peer.Upgrade());
    }

    public SimulatedSocket Socket { get; }

    public HubPeer Peer { get; }

    public EventLoop Loop { get; }

    public void Send(MessageModel message) => Socket.Write(Peer.Frame(message));

    public void Send(string route, string room = "", string data = "", ulong seq = 0, string user = "") =>
        Send(HubClient.Of(route, room, data) with { Seq = seq, User = user });

    public void Read(int most = int.MaxValue)
    {
        byte[] bytes = Socket.Read(most);
        if (bytes.Length > 0)
        {
            Peer.Feed(bytes);
        }
    }

    /// <summary>All that has come since the last time.</summary>
    public List<MessageModel> Take()
    {
        List<MessageModel> all = [.. Peer.Inbox];
        Peer.Inbox.Clear();
        return all;
    }
}
