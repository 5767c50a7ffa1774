using BenchmarkDotNet.Attributes;
using Node.Wire;

namespace Node.Benchmarks.Wire;

/// <summary>permessage-deflate of a 1 KiB JSON message, each message by itself.</summary>
public class DeflateBenchmarks
{
    private readonly MessageAssembler _output = new();
    private readonly InflaterPool _pool = new();
    private readonly Inflater _inflater = new(15, contextTakeover: false);
    private Deflater? _deflater;
    private byte[] _compressed = [];

    /// <summary>1 is the node's default.</summary>
    [Params(1, 6)]
    public int Level { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _deflater = new Deflater(15, Level, contextTakeover: false);
        _deflater.Compress(Samples.Json, _output);
        _compressed = _output.Written.ToArray();
        Console.WriteLine($"// level {Level}: {Samples.Json.Length} bytes to {_compressed.Length}");
    }

    [Benchmark]
    public int Deflate()
    {
        _output.Clear();
        return _deflater!.Compress(Samples.Json, _output);
    }

    [Benchmark]
    public int Inflate()
    {
        _output.Clear();
        _inflater.Append(_compressed, isFirst: true, isLast: true, _output, 64 * 1024, _pool);
        return _output.Length;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _deflater!.Dispose();
        _inflater.Dispose();
        _pool.Dispose();
    }
}
