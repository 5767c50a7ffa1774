using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Node.Wire.Messages;

namespace Node.Benchmarks.Wire;

/// <summary>One published chat message in both encodings; the framework's JSON reader over the same bytes beside it.</summary>
public class CodecBenchmarks
{
    private readonly byte[] _buffer = new byte[4096];
    private byte[] _json = [];
    private byte[] _proto = [];

    [GlobalSetup]
    public void Setup()
    {
        _json = _buffer.AsSpan(0, WriteJson()).ToArray();
        _proto = _buffer.AsSpan(0, WriteProto()).ToArray();
    }

    [Benchmark(Baseline = true)]
    public int FrameworkReadJson()
    {
        var reader = new Utf8JsonReader(_json);
        int tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }

    /// <summary>Nothing is escaped in it, so reading changes nothing and needs no copy.</summary>
    [Benchmark]
    public ulong ReadJson()
    {
        JsonCodec.TryRead(_json, out ClientMessage message, out _);
        return message.Seq;
    }

    [Benchmark]
    public ulong ReadProto()
    {
        ProtoCodec.TryRead(_proto, out ClientMessage message, out _);
        return message.Seq;
    }

    [Benchmark]
    public int WriteJson() => JsonCodec.Write(Message(DataKind.Json), _buffer);

    /// <summary>A protobuf client's bytes to a JSON client: whether they are JSON has to be found out.</summary>
    [Benchmark]
    public int WriteJsonOfBytes() => JsonCodec.Write(Message(DataKind.Binary), _buffer);

    [Benchmark]
    public int WriteProto() => ProtoCodec.Write(Message(DataKind.Binary), _buffer);

    private static ClientMessage Message(DataKind kind) => new()
    {
        MessageId = Routes.Publish, Seq = 4711, Room = "lobby"u8, User = "alice"u8, Offset = 123_456, DataKind = kind,
        Data = Samples.ChatText,
    };
}
