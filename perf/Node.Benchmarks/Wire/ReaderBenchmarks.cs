using BenchmarkDotNet.Attributes;
using Node.Wire;

namespace Node.Benchmarks.Wire;

/// <summary>Sixteen small masked frames, as a client at depth 16 sends them, out of one receive; per frame.</summary>
public class ReaderBenchmarks
{
    private const int Frames = 16;

    private readonly MessageReaderContext _context = new(WireRole.Server);
    private byte[] _frames = [];
    private byte[] _input = [];
    private FrameReader _reader;
    private MessageReader _messages;

    [Params(64)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _frames = ClientFrames.Burst(ClientFrames.Frame(Opcode.Text, Enumerable.Repeat((byte)'a', Payload).ToArray()), Frames);
        _input = new byte[_frames.Length];
    }

    /// <summary>Unmasking works in place, so every round starts with a copy: the floor of the other two.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Frames)]
    public void CopyInput() => _frames.CopyTo(_input, 0);

    [Benchmark(OperationsPerInvoke = Frames)]
    public int FrameReader()
    {
        _frames.CopyTo(_input, 0);
        int frames = 0;
        for (int at = 0; at < _input.Length; frames++)
        {
            at += _reader.Read(_input.AsSpan(at), _context.Rules, rsv1Allowed: false).Consumed;
        }

        return frames;
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public int MessageReader()
    {
        _frames.CopyTo(_input, 0);
        int messages = 0;
        for (int at = 0; at < _input.Length;)
        {
            WireEvent found = _messages.Read(_input.AsSpan(at), _context);
            at += found.Consumed;
            messages += found.Kind == WireEventKind.Message ? 1 : 0;
        }

        return messages;
    }
}
