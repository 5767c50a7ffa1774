using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>A peer that does not read: what waits is bounded, the outcome is the policy's, and nobody else notices.</summary>
public class SlowConsumerTests
{
    private const int Bound = 256 * 1024;
    private const int FrameBytes = 8 * 1024;

    public static TheoryData<PathKind> Paths => new(Enum.GetValues<PathKind>());

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Drop_oldest_keeps_the_newest_frames(PathKind kind)
    {
        await using Pair pair = await Pair.CreateAsync(kind);
        await pair.OverfillAsync(new SendPolicy(Overflow.DropOldest, Bound));
        Assert.True(pair.Counters.DroppedOldest > 0);

        List<int> numbers = await pair.ReadNumbersAsync();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(pair.Sent, numbers[^1]);
        Assert.Equal(pair.Sent, numbers.Count + pair.Counters.DroppedOldest);
        Assert.Equal(0, pair.Counters.QueuedBytes);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Latest_only_keeps_one_frame_of_a_key(PathKind kind)
    {
        await using Pair pair = await Pair.CreateAsync(kind);
        await pair.OverfillAsync(new SendPolicy(Overflow.LatestOnly, Bound), key: "room");
        Assert.True(pair.Counters.DroppedConflated > 0);
        Assert.InRange(pair.Connection.QueuedBytes, 1, 2 * FrameBytes);

        List<int> numbers = await pair.ReadNumbersAsync();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(pair.Sent, numbers[^1]);
        Assert.Equal(pair.Sent, numbers.Count + pair.Counters.DroppedConflated);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Close_says_goodbye_and_closes(PathKind kind)
    {
        await using Pair pair = await Pair.CreateAsync(kind);
        int overflows = 0;
        pair.Handler.Overflow = () =>
        {
            overflows++;
            pair.Connection.DropWaiting();
            pair.Send(FrameTraits.Close, number: -1);
        };
        await pair.OverfillAsync(new SendPolicy(Overflow.Close, Bound));
        List<int> numbers = await pair.ReadNumbersAsync();
        Assert.Equal(-1, numbers[^1]);
        Assert.Equal(1, overflows);
        Assert.Equal(1, pair.Counters.OverflowCloses);
        Assert.True(pair.Counters.DroppedAtClose > 0);
        Assert.Equal(CloseCause.Local, await pair.Handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Null(pair.Handler.Broken);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Others_are_served_while_one_does_not_read(PathKind kind)
    {
        await using Pair pair = await Pair.CreateAsync(kind);
        await pair.OverfillAsync(new SendPolicy(Overflow.DropOldest, Bound));
        (_, Stream other) = await pair.Server.ConnectAsync();
        await using Stream held = other;
        for (byte i = 0; i < 100; i++)
        {
            await other.WriteAsync(new[] { i });
            byte[] back = new byte[1];
            await other.ReadExactlyAsync(back);
            Assert.Equal(i, back[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_peer_that_reads_again_is_said_to_keep_up(PathKind kind)
    {
        await using Pair pair = await Pair.CreateAsync(kind);
        int drained = 0;
        pair.Handler.Drained = () => Interlocked.Increment(ref drained);
        await pair.OverfillAsync(new SendPolicy(Overflow.DropOldest, Bound));
        Assert.Equal(0, drained);
        await pair.ReadNumbersAsync();
        await TestServer.UntilAsync(() => Volatile.Read(ref drained) == 1);
    }

    /// <summary>One connection whose peer reads when the test says so. Frames carry their number.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private readonly Stream _stream;

        private Pair(TestServer server, RecordingHandler handler, Stream stream)
        {
            Server = server;
            Handler = handler;
            _stream = stream;
            Connection = server.NextAccepted();
        }

        public TestServer Server { get; }

        public RecordingHandler Handler { get; }

        public Connection Connection { get; }

        public int Sent { get; private set; }

        public LoopCounters Counters => Connection.Loop.Counters;

        public static async Task<Pair> CreateAsync(PathKind kind)
        {
            var handler = new RecordingHandler();
            bool first = true;
            var server = new TestServer(
                kind,
                connection =>
                {
                    ConnectionHandler chosen = first ? handler : ConnectionBehaviourTests.Echo(connection);
                    first = false;
                    return chosen;
                },
                loops: 1);
            (_, Stream stream) = await server.ConnectAsync(receiveBuffer: 16 * 1024);
            return new Pair(server, handler, stream);
        }

        /// <summary>Sends until far more than the bound would have to wait.</summary>
        public async Task OverfillAsync(SendPolicy policy, object? key = null)
        {
            var traits = new FrameTraits(Lane.Data, policy, key);
            bool Enough() => Counters.DroppedOldest + Counters.DroppedConflated + Counters.DroppedAtClose >= 50
                || !Connection.AcceptsFrames;
            while (!Enough())
            {
                await LoopGroup.RunAsync(Connection.Loop, () =>
                {
                    for (int i = 0; i < 20 && Connection.AcceptsFrames; i++)
                    {
                        Send(traits, ++Sent);
                    }
                });
                await LoopGroup.RunAsync(Connection.Loop, () => Assert.InRange(Connection.QueuedBytes, 0, Bound + FrameBytes));
            }
        }

        public void Send(FrameTraits traits, int number)
        {
            byte[] frame = new byte[FrameBytes];
            BitConverter.TryWriteBytes(frame, number);
            ConnectionBehaviourTests.Send(Connection, frame, traits);
        }

        /// <summary>Reads whole frames until the last one that was sent, or the end.</summary>
        public async Task<List<int>> ReadNumbersAsync()
        {
            var numbers = new List<int>();
            byte[] frame = new byte[FrameBytes];
            while (numbers.Count == 0 || (numbers[^1] != Sent && numbers[^1] != -1))
            {
                await _stream.ReadExactlyAsync(frame).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
                numbers.Add(BitConverter.ToInt32(frame));
            }

            if (numbers[^1] == -1)
            {
                Assert.Equal(0, await ConnectionBehaviourTests.ReadToEndAsync(_stream));
                await _stream.DisposeAsync();
            }

            return numbers;
        }

        public async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            Server.Dispose();
        }
    }
}
