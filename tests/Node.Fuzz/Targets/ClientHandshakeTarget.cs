using System.Text;
using Node.Wire;

namespace Node.Fuzz.Targets;

/// <summary>A server's response to a client of ours: one verdict however it is cut, and within the bound.</summary>
public sealed class ClientHandshakeTarget : FuzzTarget
{
    private const string Accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    private static readonly ClientHandshakeOptions Options = new()
    {
        Host = "node.example.com",
        Subprotocols = ["pubsub.v1.json", "pubsub.v1.proto"],
        Deflate = new DeflateOptions { Enabled = true, ServerNoContextTakeover = false },
    };

    public override string Name => "client-handshake";

    public override int MaxLength => ClientHandshake.MaxResponseSize + 1000;

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            string[] responses =
            [
                Accepted + "\r\n", Accepted + "Sec-WebSocket-Protocol: pubsub.v1.proto\r\n\r\n\u0081\u0000",
                Accepted + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=11; server_max_window_bits=12\r\n\r\n",
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n",
                Accepted + $"X: {new string('x', 16_000)}\r\n\r\n",
            ];
            return responses.Select(Encoding.Latin1.GetBytes);
        }
    }

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        "\r\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "Upgrade: websocket\r\n"u8.ToArray(), "Connection: Upgrade\r\n"u8.ToArray(),
        "Sec-WebSocket-Protocol: pubsub.v1.json\r\n"u8.ToArray(), "; server_no_context_takeover"u8.ToArray(),
        "Sec-WebSocket-Extensions: permessage-deflate\r\n"u8.ToArray(), "; client_max_window_bits=8"u8.ToArray(),
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        string atOnce = Verdict(input, Cuts.AtOnce(input.Length));
        Broken.UnlessEqual(atOnce, Verdict(input, Cuts.Bytewise(input.Length)), "bytewise");
        Broken.UnlessEqual(atOnce, Verdict(input, Cuts.Anyhow(input)), "in pieces");
    }

    private static string Verdict(ReadOnlySpan<byte> input, int[] arrived)
    {
        int scanned = 0;
        foreach (int length in arrived)
        {
            HeadStatus status = ClientHandshake.ReadResponse(
                input[..length], ref scanned, Options, "dGhlIHNhbXBsZSBub25jZQ=="u8, out ClientHandshake result);
            Broken.Unless(scanned <= length, "no more is scanned than has arrived");
            Broken.Unless((status == HeadStatus.Refused) == (result.Failure is not null), "a refusal says why");
            if (status == HeadStatus.Incomplete)
            {
                Broken.Unless(scanned >= length - 1, "what was looked at is not looked at again");
                Broken.Unless(length < ClientHandshake.MaxResponseSize, "an incomplete response is within the limit");
                continue;
            }

            Broken.Unless(status == HeadStatus.Refused || result.Status == 101, "an open connection has got its 101");
            return $"{status} {result.Status} {result.Failure} {result.Subprotocol} {result.Deflate?.ServerWindowBits} "
                + $"{result.Deflate?.ClientWindowBits} {(status == HeadStatus.Complete ? scanned : 0)}";
        }

        return "incomplete";
    }
}
