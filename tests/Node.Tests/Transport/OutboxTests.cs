using System.Net;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>What a turn produces, with a kernel that does as the test wants.</summary>
public class OutboxTests
{
    [Fact]
    public void Frames_of_one_turn_leave_in_one_write()
    {
        using var room = new Room(members: 3);
        long sends = room.Loop.Counters.Sends;
        room.Publish(frames: 16, bytes: 50);
        Assert.Equal(sends + 3, room.Loop.Counters.Sends);
        Assert.All(room.Peers, peer => Assert.Equal(16 * 50, peer.Read().Length));
    }

    [Fact]
    public void Interleaved_frames_of_two_rooms_arrive_in_the_order_of_the_calls()
    {
        using var room = new Room(members: 2);
        room.Loop.Post(() =>
        {
            for (byte i = 0; i < 20; i++)
            {
                int frame = room.Commit(1, i);
                room.Loop.Outbox.Enqueue(room.Connections[0], frame);
                if (i % 3 == 0)
                {
                    room.Loop.Outbox.Enqueue(room.Connections[1], frame);
                }
            }
        });
        room.Loop.Turn();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (byte)i), room.Peers[0].Read());
        Assert.Equal([0, 3, 6, 9, 12, 15, 18], room.Peers[1].Read());
    }

    [Fact]
    public void A_message_costs_no_allocation_in_the_steady_state()
    {
        using var room = new Room(members: 200);
        Assert.Equal(0, room.MeasureAllocated(rounds: 50, room.PublishPosted));
    }

    [Fact]
    public void Neither_does_one_that_has_to_wait()
    {
        using var room = new Room(members: 50, sendBufferBytes: 100);
        Assert.Equal(0, room.MeasureAllocated(rounds: 20, room.PublishPosted));
    }

    [Fact]
    public void A_turn_that_produces_much_is_flushed_in_the_middle()
    {
        using var room = new Room(members: 1, sendBufferBytes: 64 * 1024 * 1024);
        for (int i = 0; i < 100; i++)
        {
            room.Loop.Post(() => room.Loop.Outbox.Enqueue(room.Connections[0], room.Commit(100_000, 7)));
        }

        room.Loop.Turn();
        Assert.Equal(100 * 100_000, room.Peers[0].Unread);
        Assert.InRange(room.Loop.Counters.Sends, 2, 100);
    }

    /// <summary>A loop with members who read nothing by themselves.</summary>
    private sealed class Room : IDisposable
    {
        private readonly SimulatedPoller _poller;
        private readonly Action _publish;

        public Room(int members, int sendBufferBytes = 64 * 1024)
        {
            _poller = new SimulatedPoller(new Random(1), new SimulatedFaults { SendBufferBytes = sendBufferBytes });
            Loop = new EventLoop(0, _poller);
            _publish = () => Publish(4, 40, turn: false);
            Loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), connection =>
            {
                Connections.Add(connection);
                return new RecordingHandler();
            });
            for (int i = 0; i < members; i++)
            {
                Peers.Add(_poller.ConnectPeer());
            }

            while (Connections.Count < members)
            {
                Loop.Turn();
            }
        }

        private readonly FrameTraits _traits = new(Lane.Data, SendPolicy.Default);

        public EventLoop Loop { get; }

        public List<Connection> Connections { get; } = [];

        public List<SimulatedSocket> Peers { get; } = [];

        public int Commit(int bytes, byte content)
        {
            Loop.Outbox.Reserve(bytes)[..bytes].Fill(content);
            return Loop.Outbox.Commit(bytes, _traits);
        }

        public void Publish(int frames, int bytes, bool turn = true)
        {
            for (int i = 0; i < frames; i++)
            {
                int frame = Commit(bytes, (byte)i);
                foreach (Connection connection in Connections)
                {
                    Loop.Outbox.Enqueue(connection, frame);
                }
            }

            if (turn)
            {
                Loop.Turn();
            }
        }

        public void PublishPosted() => _publish();

        /// <summary>Bytes that the loop allocates; the simulated kernel's own are kept out by flushing in between.</summary>
        public long MeasureAllocated(int rounds, Action publish)
        {
            long allocated = 0;
            for (int i = 0; i < rounds; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                publish();
                Loop.Outbox.Flush();
                long cost = GC.GetAllocatedBytesForCurrentThread() - before;
                Peers.ForEach(peer => peer.Read());
                Loop.Turn();
                Peers.ForEach(peer => peer.Read());

                // The first rounds grow arrays and pools, the simulated sockets' own lists too.
                allocated += i < rounds / 2 ? 0 : cost;
                while (Connections.Any(connection => connection.QueuedBytes > 0))
                {
                    Peers.ForEach(peer => peer.Read());
                    Loop.Turn();
                }
            }

            return allocated;
        }

        public void Dispose() => Loop.Dispose();
    }
}
