using BenchmarkDotNet.Attributes;
using Node.Wire;

namespace Node.Benchmarks.Wire;

/// <summary>A browser's opening handshake, from the received bytes to those of the 101.</summary>
public class HandshakeBenchmarks
{
    private readonly byte[] _request = ClientFrames.Request("/ws?user=alice", "pubsub.v1.json");
    private readonly byte[] _response = new byte[ServerHandshake.MaxResponseSize];
    private readonly HandshakeOptions _options = new() { Subprotocols = ["pubsub.v1.json", "pubsub.v1.proto"] };
    private readonly HandshakeOptions _deflating = new()
    {
        Subprotocols = ["pubsub.v1.json", "pubsub.v1.proto"], Deflate = new DeflateOptions { Enabled = true },
    };

    [Benchmark]
    public int Parse()
    {
        int scanned = 0;
        return (int)HttpRequestHead.Parse(_request, ref scanned, HeadLimits.Default, out _, out _);
    }

    [Benchmark]
    public int ParseAndAccept() => Accept(_options);

    [Benchmark]
    public int ParseAndAcceptDeflate() => Accept(_deflating);

    private int Accept(HandshakeOptions options)
    {
        int scanned = 0;
        HttpRequestHead.Parse(_request, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        return ServerHandshake.Negotiate(head, options).WriteResponse(_response);
    }
}
