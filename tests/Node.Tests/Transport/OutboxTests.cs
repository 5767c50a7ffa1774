using System.Net;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>What a turn produces, with a kernel that does as the test wants.</summary>
public class OutboxTests
{
    private const int BatchCapacity = 4;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Frames_of_one_turn_leave_in_one_write(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 3);
        long sends = room.Loop.Counters.Sends;
        room.Publish(frames: 16, bytes: 50);
        Assert.Equal(sends + 3, room.Loop.Counters.Sends);
        Assert.All(room.Peers, peer => Assert.Equal(16 * 50, peer.Read().Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Interleaved_frames_of_two_rooms_arrive_in_the_order_of_the_calls(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 2);
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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_message_costs_no_allocation_in_the_steady_state(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 200);
        Assert.Equal(0, room.MeasureAllocated(rounds: 50, room.PublishPosted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Neither_does_one_that_has_to_wait(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 50, sendBufferBytes: 100);
        Assert.Equal(0, room.MeasureAllocated(rounds: 20, room.PublishPosted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_turn_that_produces_much_is_flushed_in_the_middle(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 1, sendBufferBytes: 64 * 1024 * 1024);
        for (int i = 0; i < 100; i++)
        {
            room.Loop.Post(() => room.Loop.Outbox.Enqueue(room.Connections[0], room.Commit(100_000, 7)));
        }

        room.Loop.Turn();
        Assert.Equal(100 * 100_000, room.Peers[0].Unread);
        Assert.InRange(room.Loop.Counters.Sends, 2, 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_early_flush_sends_to_all_but_those_behind_and_goes_on_with_the_same_frame(int batchFrom)
    {
        using var room = new Room(batchFrom, members: 9, sendBufferBytes: 100);
        room.Loop.Outbox.Enqueue(room.Connections[1], room.Commit(130, 1));
        room.Loop.Outbox.Enqueue(room.Connections[4], room.Commit(130, 1));
        room.Loop.Turn();
        long sends = room.Loop.Counters.Sends;

        room.Loop.Outbox.Enqueue(room.Connections[4], room.Commit(5, 2));
        int frame = room.Commit(40, 3);
        room.Connections[..6].ForEach(connection => room.Loop.Outbox.Enqueue(connection, frame));
        room.Loop.Outbox.FlushEarly(isFirst: true);
        Assert.Equal(sends + 4, room.Loop.Counters.Sends);
        Assert.Equal([0, 30, 0, 0, 30, 0, 0, 0, 0], room.Connections.Select(connection => connection.QueuedBytes));
        room.Connections[6..].ForEach(connection => room.Loop.Outbox.Enqueue(connection, frame));
        room.Loop.Outbox.Enqueue(room.Connections[4], room.Commit(5, 4));
        room.Loop.Turn();
        Assert.Equal(sends + 7, room.Loop.Counters.Sends);
        Assert.Equal([0, 70, 0, 0, 80, 0, 0, 0, 0], room.Connections.Select(connection => connection.QueuedBytes));
        byte[] last = [.. Enumerable.Repeat((byte)1, 130), .. Enumerable.Repeat((byte)2, 5), .. Enumerable.Repeat((byte)3, 40), .. Enumerable.Repeat((byte)4, 5)];
        List<byte> arrived = [];
        for (int i = 0; i < 4; i++)
        {
            arrived.AddRange(room.Peers[4].Read());
            room.Peers[1].Read();
            room.Loop.Turn();
        }

        Assert.Equal(last, arrived);
        Assert.All(room.Peers.Where((_, i) => i is not (1 or 4)), peer => Assert.Equal(40, peer.Read().Length));
        Assert.Equal(0, room.Loop.Counters.QueuedBytes);
    }

    [Fact]
    public void Turns_with_several_large_fanouts_are_sent_whole()
    {
        using var room = new Room(batchFrom: 0, members: 10);
        int[] early = [1, 2, 2, 3, 1, 1, 0, 1];
        int[] expected = [10, 20, 0, 0, 0, 10, 0, 10];
        for (int turn = 0; turn < early.Length; turn++)
        {
            long sends = room.Loop.Counters.Sends;
            for (int i = 0; i < early[turn]; i++)
            {
                room.Publish(frames: 1, bytes: 10, turn: false);
                room.Loop.Outbox.FlushEarly(isFirst: true);
            }

            Assert.Equal(sends + expected[turn], room.Loop.Counters.Sends);
            room.Loop.Turn();
            Assert.Equal(sends + Math.Max(expected[turn], early[turn] > 0 ? 10 : 0), room.Loop.Counters.Sends);
        }
    }

    [Fact]
    public void Sends_of_a_turn_go_in_batches_when_they_are_enough()
    {
        using var room = new Room(batchFrom: 3, members: (2 * BatchCapacity) + 1);
        room.Publish(frames: 1, bytes: 50);
        Assert.Equal(3, room.Loop.Counters.Batches);
        Assert.Equal(room.Peers.Count, room.Loop.Counters.Sends);
        Assert.Equal(room.Peers.Count * 50, room.Loop.Counters.BytesSent);
        Assert.All(room.Peers, peer => Assert.Equal(50, peer.Read().Length));

        room.Loop.Post(() =>
        {
            int frame = room.Commit(50, 1);
            room.Loop.Outbox.Enqueue(room.Connections[0], frame);
            room.Loop.Outbox.Enqueue(room.Connections[1], frame);
        });
        room.Loop.Turn();
        Assert.Equal(3, room.Loop.Counters.Batches);
        Assert.Equal(room.Peers.Count + 2, room.Loop.Counters.Sends);
    }

    [Fact]
    public void What_a_batch_could_not_send_whole_waits_and_who_broke_is_closed()
    {
        using var room = new Room(batchFrom: 1, members: 6, sendBufferBytes: 100);
        room.Loop.Outbox.Enqueue(room.Connections[1], room.Commit(60, 9));
        room.Loop.Outbox.Enqueue(room.Connections[2], room.Commit(100, 9));
        room.Loop.Turn();
        room.Loop.Post(() =>
        {
            // Not before the turn's events: reading would find it first.
            room.Peers[3].Reset();
            room.Publish(frames: 1, bytes: 70, turn: false);
        });
        room.Loop.Turn();
        Assert.Equal([0, 30, 70, 0, 0, 0], room.Connections.Select(connection => connection.QueuedBytes));
        Assert.Equal(CloseCause.Network, room.Handlers[3].Cause);
        Assert.Equal(60 + 100 + 70 + 40 + 70 + 70, room.Loop.Counters.BytesSent);
        Assert.Equal(2, room.Loop.Counters.SendsShort);
        for (int i = 0; i < 4; i++)
        {
            room.Peers[1].Read();
            room.Peers[2].Read();
            room.Loop.Turn();
        }

        Assert.Equal(0, room.Loop.Counters.QueuedBytes);
    }

    [Fact]
    public void A_handler_may_close_others_of_its_batch_and_of_the_next()
    {
        using var room = new Room(batchFrom: 1, members: 2 * BatchCapacity, sendBufferBytes: 100);
        int overflows = 0;
        foreach (RecordingHandler handler in room.Handlers)
        {
            handler.Overflow = () =>
            {
                overflows++;
                room.Connections.ForEach(connection => connection.Abort());
            };
        }

        room.Publish(frames: 1, bytes: 100);
        room.Publish(frames: 1, bytes: 3 * 1024 * 1024);
        Assert.Equal((1, 1), (overflows, room.Loop.Counters.SendsShort));
        Assert.Equal(0, room.Loop.ConnectionCount);
        Assert.Equal(0, room.Loop.Counters.QueuedBytes);
        Assert.Equal(3, room.Loop.Counters.Batches);
        Assert.All(room.Handlers, handler => Assert.Equal((CloseCause.Aborted, null), (handler.Cause, handler.Broken)));
    }

    [Fact]
    public void Copies_that_do_not_fit_beside_each_other_wait_for_the_next_batch()
    {
        const int Half = 20 * 1024;
        using var room = new Room(batchFrom: 1, members: 5, sendBufferBytes: 1024 * 1024);
        foreach (Connection connection in room.Connections)
        {
            // Three frames of which the one in the middle is not for it: two runs, and a copy of both.
            int first = room.Commit(Half, 1);
            room.Commit(1, 2);
            int last = room.Commit(Half, 3);
            room.Loop.Outbox.Enqueue(connection, first);
            room.Loop.Outbox.Enqueue(connection, last);
        }

        room.Loop.Turn();
        Assert.Equal(5, room.Loop.Counters.Batches);
        byte[] expected = [.. Enumerable.Repeat((byte)1, Half), .. Enumerable.Repeat((byte)3, Half)];
        Assert.All(room.Peers, peer => Assert.Equal(expected, peer.Read()));
    }

    /// <summary>A loop with members who read nothing by themselves.</summary>
    private sealed class Room : IDisposable
    {
        private readonly SimulatedPoller _poller;
        private readonly Action _publish;

        public Room(int batchFrom, int members, int sendBufferBytes = 64 * 1024)
        {
            _poller = new SimulatedPoller(
                new Random(1),
                new SimulatedFaults { SendBufferBytes = sendBufferBytes, BatchFrom = batchFrom, BatchCapacity = BatchCapacity });
            Loop = new EventLoop(0, _poller);
            _publish = () => Publish(4, 40, turn: false);
            Loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), connection =>
            {
                Connections.Add(connection);
                Handlers.Add(new RecordingHandler());
                return Handlers[^1];
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

        public List<RecordingHandler> Handlers { get; } = [];

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
