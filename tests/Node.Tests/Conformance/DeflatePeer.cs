using System.Buffers;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>
/// A client's ends of permessage-deflate, strict about what was agreed: it inflates with the agreed window and, without context
/// takeover, with a new window each time, so that a server which breaks its word is found out.
/// </summary>
internal sealed class DeflatePeer(DeflateTerms terms) : IDisposable
{
    private const int Largest = 8 * 1024 * 1024;

    private readonly InflaterPool _pool = new();
    private readonly Deflater _deflater = new(terms.ClientBits, 6, terms.ClientTakeover);
    private readonly Inflater _kept = new(terms.ServerBits, contextTakeover: true);

    public byte[] Deflate(byte[] message)
    {
        var output = new ArrayBufferWriter<byte>();
        _deflater.Compress(message, output);
        return output.WrittenSpan.ToArray();
    }

    public byte[] Inflate(ServerFrame frame)
    {
        if (!frame.IsCompressed)
        {
            return frame.Payload;
        }

        var output = new MessageAssembler();
        Inflater inflater = terms.ServerTakeover ? _kept : new Inflater(terms.ServerBits, contextTakeover: true);
        InflateResult result = inflater.Append(frame.Payload, true, true, output, Largest, _pool);
        Assert.Equal(InflateResult.Ok, result);
        if (!terms.ServerTakeover)
        {
            inflater.Dispose();
        }

        return output.Written.ToArray();
    }

    public void Dispose()
    {
        _deflater.Dispose();
        _kept.Dispose();
        _pool.Dispose();
    }
}

/// <summary>What a 101 says about permessage-deflate (RFC 7692, 7.1).</summary>
internal sealed record DeflateTerms(bool ServerTakeover, bool ClientTakeover, int ServerBits, int ClientBits)
{
    public static DeflateTerms Of(string response)
    {
        string[] parts = [.. response.Split(';').Select(part => part.Trim())];
        Assert.Equal("permessage-deflate", parts[0]);
        return new DeflateTerms(
            !parts.Contains("server_no_context_takeover"), !parts.Contains("client_no_context_takeover"),
            Bits(parts, "server_max_window_bits="), Bits(parts, "client_max_window_bits="));
    }

    private static int Bits(string[] parts, string name) =>
        parts.SingleOrDefault(part => part.StartsWith(name, StringComparison.Ordinal)) is { } part ? int.Parse(part[name.Length..]) : 15;
}
