using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

public class ClientHandshakeTests
{
    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    /// <summary>The parameters that grant what <see cref="Deflating"/> asks for.</summary>
    private const string Met = "server_no_context_takeover; server_max_window_bits=12";

    private const string NotOffered = "the server chose a subprotocol that was not offered";

    private const string Line = "HTTP/1.1 101 S";

    private static readonly ClientHandshakeOptions Plain = new() { Host = "h:1", Subprotocols = ["a", "b"] };

    private static readonly ClientHandshakeOptions Deflating =
        Plain with { Deflate = new() { Enabled = true, ServerMaxWindowBits = 12, ClientMaxWindowBits = 11 } };

    [Fact]
    public void The_request_says_what_was_asked_for()
    {
        ClientHandshakeOptions options =
            Deflating with { Target = "/ws?user=a", Headers = [new("Authorization", "Bearer x")] };
        Assert.Equal(
            "GET /ws?user=a HTTP/1.1\r\nHost: h:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {HandshakeTexts.Key}\r\n"
            + "Sec-WebSocket-Protocol: a, b\r\n"
            + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            + "server_max_window_bits=12; client_max_window_bits=11\r\nAuthorization: Bearer x\r\n\r\n",
            Request(options));
    }

    [Fact]
    public void A_text_with_a_line_break_or_beyond_ascii_never_leaves()
    {
        Assert.Throws<ArgumentException>(() => Request(Plain with { Target = "/a\r\nX: y" }));
        Assert.Throws<ArgumentException>(() => Request(Plain with { Host = "é" }));
    }

    [Fact]
    public void A_key_is_16_bytes_and_fresh()
    {
        var one = new byte[AcceptKey.KeyLength];
        var two = new byte[AcceptKey.KeyLength];
        ClientHandshake.CreateKey(one);
        ClientHandshake.CreateKey(two);
        Assert.Equal(16, Convert.FromBase64String(Encoding.ASCII.GetString(one)).Length);
        Assert.NotEqual(one, two);
    }

    [Theory]
    [InlineData("")]
    [InlineData("permessage-deflate")]
    public void Client_and_server_understand_each_other(string deflate)
    {
        var options = new DeflateOptions { Enabled = deflate.Length > 0 };
        ClientHandshakeOptions wanted = Plain with { Deflate = options };
        string response = HandshakeTexts.Answer(
            Request(wanted), new HandshakeOptions { Subprotocols = ["b"], Deflate = options });
        byte[] bytes = Encoding.ASCII.GetBytes(response + "next");
        int scanned = 0;
        for (int length = 0; length < response.Length; length++)
        {
            Assert.Equal(
                HeadStatus.Incomplete,
                ClientHandshake.ReadResponse(bytes.AsSpan(0, length), ref scanned, wanted, Key, out _));
        }

        HeadStatus status = ClientHandshake.ReadResponse(
            bytes, ref scanned, wanted, Key, out ClientHandshake result);
        Assert.Equal(HeadStatus.Complete, status);
        Assert.Equal(response.Length, scanned);
        Assert.Equal(101, result.Status);
        Assert.Equal("b", result.Subprotocol);
        Assert.Equal(options.Enabled, result.Deflate is not null);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", "", "the server did not switch protocols")]
    [InlineData("HTTP/1.1 301 Moved", "Location: /x\r\n", "the server did not switch protocols")]
    [InlineData("HTTP/1.0 101 Switching", "", "the status line is malformed")]
    [InlineData("HTTP/1.1 1x1 Switching", "", "the status line is malformed")]
    [InlineData("HTTP/1.1 1011", "", "the status line is malformed")]
    [InlineData("HTTP/1.1", "", "the status line is malformed")]
    [InlineData("HTTP/1.1 101 \n", "", "a CR or LF by itself")]
    [InlineData(Line, "a b\r\n", "a header line is malformed")]
    [InlineData(Line, "Connection: Upgrade\r\nSec-WebSocket-Accept: " + Accept + "\r\n",
        "Upgrade does not say websocket")]
    [InlineData(Line, "Upgrade: websocket\r\nSec-WebSocket-Accept: " + Accept + "\r\n",
        "Connection does not say Upgrade")]
    [InlineData(Line, "Upgrade: websocket\r\nConnection: upgrade\r\n", "Sec-WebSocket-Accept does not fit the key")]
    [InlineData(
        Line,
        "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
        "Sec-WebSocket-Accept does not fit the key")]
    public void A_wrong_response_is_a_named_failure(string line, string headers, string failure) =>
        Assert.Equal(failure, Failure($"{line}\r\n{headers}\r\n", Plain));

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: c\r\n", NotOffered)]
    [InlineData("Sec-WebSocket-Protocol: a, b\r\n", NotOffered)]
    [InlineData("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n", NotOffered)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n",
        "the server chose an extension that was not offered so")]
    [InlineData("Sec-WebSocket-Accept: " + Accept + "\r\n", "two Sec-WebSocket-Accept")]
    public void A_choice_that_was_not_offered_fails(string headers, string failure) =>
        Assert.Equal(failure, Failure(Switching + headers + "\r\n", Plain));

    [Theory]
    [InlineData(Met, true)]
    [InlineData("server_no_context_takeover; server_max_window_bits=8", true)]
    [InlineData(Met + "; client_max_window_bits=9", true)]
    [InlineData("server_no_context_takeover", false)]
    [InlineData("server_max_window_bits=12", false)]
    [InlineData("server_no_context_takeover; server_max_window_bits=13", false)]
    [InlineData(Met + "; client_max_window_bits", false)]
    [InlineData(Met + "; client_max_window_bits=8", false)]
    [InlineData(Met + "; foo", false)]
    [InlineData(Met + ", foo", false)]
    [InlineData(Met + ", permessage-deflate; " + Met, false)]
    [InlineData(Met + ";", false)]
    [InlineData(Met + "\r\nSec-WebSocket-Extensions: permessage-deflate; " + Met, false)]
    public void A_deflate_answer_must_fit_the_offer(string parameters, bool isAcceptable)
    {
        string response = $"{Switching}Sec-WebSocket-Extensions: permessage-deflate; {parameters}\r\n\r\n";
        Assert.Equal(isAcceptable, Failure(response, Deflating) is null);
    }

    [Fact]
    public void A_response_without_an_end_is_refused_at_the_limit() =>
        Assert.Equal(
            HttpRefusal.TooManyBytes.Reason,
            Failure("HTTP/1.1 101 " + new string('x', ClientHandshake.MaxResponseSize), Plain));

    private const string Switching =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: " + Accept + "\r\n";

    private static byte[] Key => Encoding.ASCII.GetBytes(HandshakeTexts.Key);

    private static string Request(ClientHandshakeOptions options)
    {
        var bytes = new byte[1024];
        return Encoding.ASCII.GetString(bytes, 0, ClientHandshake.WriteRequest(bytes, options, Key));
    }

    private static string? Failure(string response, ClientHandshakeOptions options)
    {
        int scanned = 0;
        HeadStatus status = ClientHandshake.ReadResponse(
            Encoding.ASCII.GetBytes(response), ref scanned, options, Key, out ClientHandshake result);
        Assert.Equal(result.Failure is null ? HeadStatus.Complete : HeadStatus.Refused, status);
        return result.Failure;
    }
}
