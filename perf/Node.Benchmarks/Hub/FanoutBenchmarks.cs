using System.Text;
using BenchmarkDotNet.Attributes;
using Node.Hub;
using Node.Wire.Messages;

namespace Node.Benchmarks.Hub;

/// <summary>
/// A member publishes 128 bytes to its room: parse, dispatch, publish, fan-out, flush, on one loop whose poller takes everything.
/// One operation is all the frames to all the members; the rate is per delivery.
/// </summary>
public class FanoutBenchmarks
{
    private HubCrowd? _hub;
    private byte[] _input = [];
    private long _expected;

    /// <summary>A hundred too: of 5,000 an iteration has so few operations that an object each would stay below what BenchmarkDotNet calls nothing.</summary>
    [Params(100, 5000)]
    public int Members { get; set; }

    /// <summary>Messages that arrive in one turn.</summary>
    [Params(1, 16)]
    public int Frames { get; set; }

    [Params(MessageEncoding.Json, MessageEncoding.Proto)]
    public MessageEncoding Encoding { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _hub = new HubCrowd(Members, Encoding);
        var message = new ClientMessage
        {
            MessageId = Routes.Publish, Room = System.Text.Encoding.UTF8.GetBytes(HubCrowd.Room),
            DataKind = DataKind.Json, Data = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 126)}\""),
        };
        _input = ClientFrames.Burst(_hub.Frame(message), Frames);
        _expected = 128L * Members * Frames;
        Publish();
    }

    [Benchmark]
    public long Publish()
    {
        long before = _hub!.Crowd.Poller.BytesSent;
        _hub.Crowd.Receive(0, _input);
        long sent = _hub.Crowd.Poller.BytesSent - before;
        return sent > _expected ? sent : throw new InvalidOperationException($"only {sent} bytes went out");
    }

    [GlobalCleanup]
    public void Cleanup() => _hub!.Dispose();
}
