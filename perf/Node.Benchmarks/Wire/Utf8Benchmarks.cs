using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using Node.Wire;

namespace Node.Benchmarks.Wire;

/// <summary>The streaming check against the framework's, which knows whole texts only. Goal: a ratio of 1.</summary>
public class Utf8Benchmarks
{
    public enum Script
    {
        Ascii,

        /// <summary>One to four bytes a character, in words as in a chat.</summary>
        Mixed,
    }

    private byte[] _text = [];

    [Params(64, 1024, 4096, 64 * 1024, 1024 * 1024)]
    public int Bytes { get; set; }

    [Params(Script.Ascii, Script.Mixed)]
    public Script Text { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string sample = Text == Script.Ascii ? "hello, how are you today? " : "hello, wie schön! привет как дела, 你好吗 😀 ok ";
        string text = string.Concat(Enumerable.Repeat(sample, (Bytes / sample.Length) + 1));
        _text = new byte[Bytes];
        // Stops at the last whole character that fits: the framework takes nothing else.
        Utf8.FromUtf16(text, _text, out _, out int written);
        _text.AsSpan(written).Fill((byte)' ');
    }

    [Benchmark(Baseline = true)]
    public bool Framework() => Utf8.IsValid(_text);

    [Benchmark]
    public bool Validator()
    {
        Utf8Validator validator = default;
        return validator.Append(_text) && validator.IsComplete;
    }
}
