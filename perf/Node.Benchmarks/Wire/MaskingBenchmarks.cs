using BenchmarkDotNet.Attributes;
using Node.Wire;

namespace Node.Benchmarks.Wire;

/// <summary>Masking in place against a copy of as many bytes. Goal: from 4 KiB up a ratio of at most 1.25.</summary>
public class MaskingBenchmarks
{
    // Where the payload of a frame with a two-byte length begins in the loop's scratch.
    private const int Header = 8;

    private byte[] _data = [];
    private byte[] _copy = [];

    [Params(64, 1024, 4096, 64 * 1024, 1024 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = GC.AllocateArray<byte>(Header + Bytes, pinned: true);
        _copy = GC.AllocateArray<byte>(Header + Bytes, pinned: true);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _data.AsSpan(Header).CopyTo(_copy.AsSpan(Header));

    [Benchmark]
    public void Mask() => Masking.Apply(_data.AsSpan(Header), 0x5A3C96E1);
}
