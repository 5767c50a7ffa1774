using BenchmarkDotNet.Attributes;
using Node.Hub;
using Node.Wire.Messages;

namespace Node.Benchmarks.Hub;

/// <summary>
/// One message to a room of up to a million members on one loop whose poller takes everything: what a delivery costs should not grow with the
/// room, but for the processor's caches.
/// </summary>
public class BigRoomBenchmarks
{
    private HubCrowd? _hub;
    private byte[] _input = [];

    [Params(10_000, 100_000, 1_000_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _hub = new HubCrowd(Members);
        var message = new ClientMessage
        {
            MessageId = Routes.Publish, Room = System.Text.Encoding.UTF8.GetBytes(HubCrowd.Room),
            DataKind = DataKind.Json, Data = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 126)}\""),
        };
        _input = ClientFrames.Burst(_hub.Frame(message), 1);
        Publish();
    }

    [Benchmark]
    public long Publish()
    {
        long before = _hub!.Crowd.Poller.BytesSent;
        _hub.Crowd.Receive(0, _input);
        long sent = _hub.Crowd.Poller.BytesSent - before;
        return sent > 128L * Members ? sent : throw new InvalidOperationException($"only {sent} bytes went out");
    }

    [GlobalCleanup]
    public void Cleanup() => _hub!.Dispose();
}
