using BenchmarkDotNet.Attributes;
using Node.Transport;

namespace Node.Benchmarks.Transport;

/// <summary>
/// A turn that sends the same frames to every connection, with a poller that takes everything; the floor is the poller called
/// once a connection, which is what no server can do without.
/// </summary>
public class OutboxBenchmarks
{
    private const int FrameBytes = 130;

    private static readonly FrameTraits Traits = new(Lane.Data, SendPolicy.Default);

    private Crowd? _crowd;
    private Connection[] _connections = [];
    private byte[] _bytes = [];

    [Params(5000)]
    public int Members { get; set; }

    [Params(1, 16)]
    public int Frames { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var poller = new NullPoller();
        _crowd = new Crowd(poller, new EventLoop(0, poller), Members, _ => new SilentHandler());
        _connections = [.. _crowd.Connections];
        _bytes = new byte[FrameBytes * Frames];
    }

    [Benchmark(Baseline = true)]
    public long Floor()
    {
        NullPoller poller = _crowd!.Poller;
        for (int i = 0; i < _connections.Length; i++)
        {
            poller.Send(i + 1, _bytes);
        }

        return poller.BytesSent;
    }

    /// <summary>Frame by frame to all, as rooms do it.</summary>
    [Benchmark]
    public long EnqueueAndFlush()
    {
        Outbox outbox = _crowd!.Loop.Outbox;
        for (int i = 0; i < Frames; i++)
        {
            outbox.Reserve(FrameBytes).Clear();
            int frame = outbox.Commit(FrameBytes, Traits);
            foreach (Connection connection in _connections)
            {
                outbox.Enqueue(connection, frame);
            }
        }

        _crowd.Loop.Turn();
        return _crowd.Poller.BytesSent;
    }

    [GlobalCleanup]
    public void Cleanup() => _crowd!.Dispose();

    private sealed class SilentHandler : ConnectionHandler
    {
        public override int OnReceive(Span<byte> data) => data.Length;

        public override void OnOverflow()
        {
        }

        public override void OnClosed(CloseCause cause)
        {
        }
    }
}
