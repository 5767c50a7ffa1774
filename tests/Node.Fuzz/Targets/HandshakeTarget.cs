using System.Text;
using Node.Wire;

namespace Node.Fuzz.Targets;

/// <summary>A client's request: one verdict however it is cut, no byte looked at twice, and an answer that fits its bound.</summary>
public sealed class HandshakeTarget : FuzzTarget
{
    private static readonly HandshakeOptions Options = new()
    {
        Subprotocols = ["pubsub.v1.json", "pubsub.v1.proto"],
        Origins = new OriginPolicy("https://app.example.com", "*.example.org", "https://*.example.net"),
        Deflate = new DeflateOptions { Enabled = true, ServerNoContextTakeover = false, ClientNoContextTakeover = false },
    };

    public override string Name => "handshake";

    public override IEnumerable<byte[]> Seeds => Vectors.Read("handshake.json");

    /// <summary>Past the limit of 8 KiB, so that it is reached.</summary>
    public override int MaxLength => 9000;

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        "\r\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "\r\n "u8.ToArray(), "Host: a\r\n"u8.ToArray(),
        "Upgrade: websocket\r\n"u8.ToArray(), "Connection: Upgrade\r\n"u8.ToArray(), "Sec-WebSocket-Version: 13\r\n"u8.ToArray(),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"u8.ToArray(), "Sec-WebSocket-Protocol: "u8.ToArray(),
        "Origin: https://a.example.org:8\r\n"u8.ToArray(), "Content-Length: 0\r\n"u8.ToArray(),
        "Sec-WebSocket-Extensions: permessage-deflate"u8.ToArray(), "; client_max_window_bits"u8.ToArray(),
        "; server_max_window_bits=\"9\""u8.ToArray(), "; server_no_context_takeover"u8.ToArray(), "?user=%41&token=a+b"u8.ToArray(),
        Encoding.ASCII.GetBytes("X: " + new string('x', 4000) + "\r\n"),
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a:\r\n", 64))),
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
            HeadStatus status = HttpRequestHead.Parse(
                input[..length], ref scanned, HeadLimits.Default, out HttpRequestHead head, out HttpRefusal? refusal);
            Broken.Unless(scanned <= length, "no more is scanned than has arrived");
            switch (status)
            {
                case HeadStatus.Refused:
                    return refusal!.ToString();
                case HeadStatus.Complete:
                    return $"{scanned} bytes: {Answer(head)}";
            }

            // A CR at the end is looked at again with what follows it; nothing else is.
            Broken.Unless(scanned >= length - 1, "what was looked at is not looked at again");
            Broken.Unless(length < HeadLimits.Default.MaxBytes, "an incomplete head is within the limit");
        }

        return "incomplete";
    }

    private static string Answer(in HttpRequestHead head)
    {
        Span<byte> value = stackalloc byte[256];
        QueryLookup user = head.Query.TryGet("user"u8, value, out _);
        Broken.Unless(
            user != QueryLookup.Found || head.Query.TryGet("user"u8, out string? _) == QueryLookup.Found,
            "a parameter that is found as bytes is found as text");

        Span<byte> response = stackalloc byte[ServerHandshake.MaxResponseSize];
        ServerHandshake handshake = ServerHandshake.Negotiate(head, Options);
        string answer = Encoding.Latin1.GetString(response[..handshake.WriteResponse(response)]);
        bool accepted = handshake.Refusal is null;
        Broken.Unless(answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) == accepted, "only what is accepted gets a 101");
        Broken.Unless(!accepted || answer.EndsWith("\r\n\r\n", StringComparison.Ordinal), "a 101 ends with its head");
        return $"{user} {answer}";
    }
}
