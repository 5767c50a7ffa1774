using BenchmarkDotNet.Attributes;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Benchmarks.Hub;

/// <summary>What one connection costs the hub: receive to send, one turn of a loop whose poller takes everything.</summary>
public class SessionBenchmarks
{
    private const int Member = 7;

    private HubCrowd? _hub;
    private int _echoIndex;
    private byte[] _echo = [];
    private byte[] _echoes = [];
    private byte[] _ping = [];
    private byte[] _joinAndLeave = [];

    [GlobalSetup]
    public void Setup()
    {
        _hub = new HubCrowd(1000);
        _echo = ClientFrames.Frame(Opcode.Binary, new byte[64]);
        _echoes = ClientFrames.Burst(_echo, 16);
        _ping = _hub.Frame(new ClientMessage { MessageId = Routes.Ping, Seq = 1 });
        byte[] join = _hub.Frame(new ClientMessage { MessageId = Routes.Join, Seq = 1, Room = "another"u8 });
        byte[] leave = _hub.Frame(new ClientMessage { MessageId = Routes.Leave, Seq = 2, Room = "another"u8 });
        _joinAndLeave = [.. join, .. leave];
        _echoIndex = _hub.Crowd.Add(ClientFrames.Request("/echo"));
    }

    [Benchmark]
    public void Echo() => _hub!.Crowd.Receive(_echoIndex, _echo);

    [Benchmark(OperationsPerInvoke = 16)]
    public void EchoDepth16() => _hub!.Crowd.Receive(_echoIndex, _echoes);

    [Benchmark]
    public void Ping() => _hub!.Crowd.Receive(Member, _ping);

    /// <summary>A second room, made by the join and gone with the leave, with both replies.</summary>
    [Benchmark]
    public void JoinAndLeave() => _hub!.Crowd.Receive(Member, _joinAndLeave);

    [GlobalCleanup]
    public void Cleanup() => _hub!.Dispose();
}
