using Node.Hub;
using Node.Tests.Simulation;
using Node.Tests.Wire;
using Node.Transport;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>
/// What a message costs the collector on its whole way: nothing. The simulated kernels' own lists are left out. By itself, because
/// the pool of envelopes is the process's: what other tests take from it would have to be made anew here.
/// </summary>
[Collection(nameof(HubSimulationTests))]
public class AllocationTests
{
    // Half of them to warm up: a room's history is full by then.
    private const int Rounds = 200;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    public void A_publish_to_100_members_allocates_nothing(int loops, int owner)
    {
        using var hub = new SimulatedHub(loops, faults: new SimulatedFaults { SendBufferBytes = 16 * 1024 * 1024 });
        string room = hub.NameOwnedBy(owner);
        for (int i = 0; i < 100; i++)
        {
            SimulatedClient member = hub.Connect(i % loops, new HubPeer($"/ws?user=user{i}", proto: i % 2 == 0));
            member.Send("join", room);
        }

        hub.Settle();
        long before = hub.Hub.Buckets.Sum(bucket => bucket.Counters.RoomMessages);
        byte[] frame = hub.Clients[0].Peer.Frame(HubClient.Of("publish", room, "\"a message of the usual length, more or less\"") with { Seq = 1 });
        Assert.Equal(0, Measure(hub, frame));
        Assert.Equal(Rounds, hub.Hub.Buckets.Sum(bucket => bucket.Counters.RoomMessages) - before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ping_and_direct_allocate_nothing(bool proto)
    {
        using var hub = new SimulatedHub(1, faults: new SimulatedFaults { SendBufferBytes = 16 * 1024 * 1024 });
        SimulatedClient client = hub.Named(0, "alice", proto);
        Assert.Equal(0, Measure(hub, client.Peer.Frame(HubClient.Of("ping", data: "1") with { Seq = 1 })));
        Assert.Equal(0, Measure(hub, client.Peer.Frame(HubClient.Of("direct", data: "1") with { Seq = 1, User = "alice" })));
    }

    [Fact]
    public void An_echo_allocates_nothing()
    {
        using var hub = new SimulatedHub(1, new HubOptions { Echo = true }, faults: new SimulatedFaults { SendBufferBytes = 16 * 1024 * 1024 });
        hub.Connect(0, new HubPeer("/echo"));
        hub.Settle();
        Assert.Equal(0, Measure(hub, FrameBytes.Client(Opcode.Text, "hello"u8)));
    }

    /// <summary>Bytes that the later rounds allocate on all loops, from the received frame to the flush.</summary>
    private static long Measure(SimulatedHub hub, byte[] frame)
    {
        var meters = hub.Loops.Select(loop => new TurnMeter(loop)).ToArray();
        ConnectionHandler sender = hub.Loops[0].InSlot(0)!.Handler;
        var received = new byte[frame.Length];
        long allocated = 0;
        for (int i = 0; i < Rounds; i++)
        {
            Array.ForEach(meters, meter => meter.Begin());
            frame.CopyTo(received, 0);
            hub.Loops[0].Post(() =>
            {
                // What this posts to its own loop may run in the next turn, and is to be measured there.
                meters[0].Begin();
                sender.OnReceive(received);
            });
            long cost = 0;
            for (int turn = 0; turn < 3; turn++)
            {
                for (int loop = 0; loop < hub.Loops.Length; loop++)
                {
                    hub.Turn(loop);
                    cost += meters[loop].Take();
                    meters[loop].Begin();
                }
            }

            // The first rounds fill pools and histories; a peer that is not read for a while grows its list.
            allocated += i < Rounds / 2 ? 0 : cost;
            hub.Clients.ForEach(client => client.Socket.Read());
        }

        return allocated;
    }

    /// <summary>Measures a turn from its first post to its end: the simulated poller's wait, before that, allocates.</summary>
    private sealed class TurnMeter
    {
        private readonly EventLoop _loop;
        private long _start;
        private long _cost;

        public TurnMeter(EventLoop loop)
        {
            _loop = loop;
            loop.TurnEnding = End;
        }

        public void Begin() => _loop.Post(static meter => ((TurnMeter)meter!).Start(), this);

        public long Take()
        {
            long cost = _cost;
            _cost = 0;
            return cost;
        }

        private void Start() => _start = _start > 0 ? _start : GC.GetAllocatedBytesForCurrentThread();

        private void End()
        {
            if (_start > 0)
            {
                _loop.Outbox.Flush();
                _cost += GC.GetAllocatedBytesForCurrentThread() - _start;
                _start = 0;
            }
        }
    }
}
