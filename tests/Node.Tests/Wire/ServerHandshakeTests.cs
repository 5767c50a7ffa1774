using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

public class ServerHandshakeTests
{
    [Fact]
    public void The_sample_of_the_rfc_is_accepted() =>
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            HandshakeTexts.Answer(HandshakeTexts.Request()));

    [Theory]
    [InlineData("Upgrade", "WebSocket")]
    [InlineData("Upgrade", "h2c, websocket")]
    [InlineData("Connection", "keep-alive, upgrade")]
    [InlineData("Connection", "keep-alive ,UPGRADE,")]
    [InlineData("Origin", "https://anything.example")]
    [InlineData("Content-Length", "0")]
    public void A_variant_of_the_sample_is_accepted(string name, string value) =>
        Assert.StartsWith("HTTP/1.1 101 ", HandshakeTexts.Answer(HandshakeTexts.Request(changes: (name, value))));

    [Theory]
    [InlineData("Upgrade", null, "426 Upgrade Required")]
    [InlineData("Upgrade", "h2c", "426 Upgrade Required")]
    [InlineData("Connection", null, "400 Bad Request")]
    [InlineData("Connection", "keep-alive", "400 Bad Request")]
    [InlineData("Connection", "upgraded", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Version", null, "426 Upgrade Required")]
    [InlineData("Sec-WebSocket-Version", "8", "426 Upgrade Required")]
    [InlineData("Sec-WebSocket-Version", "13, 8", "426 Upgrade Required")]
    [InlineData("Sec-WebSocket-Key", null, "400 Bad Request")]
    [InlineData("Sec-WebSocket-Key", "", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSEh", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBs*SBub25jZQ==", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Protocol", "a b", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Extensions", "permessage-deflate;", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Extensions", "permessage-deflate; a=\"b", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Extensions", "permessage-deflate a", "400 Bad Request")]
    [InlineData("Sec-WebSocket-Extensions", "=", "400 Bad Request")]
    [InlineData("Content-Length", "5", "400 Bad Request")]
    [InlineData("Transfer-Encoding", "chunked", "400 Bad Request")]
    public void A_broken_upgrade_is_refused(string name, string? value, string status)
    {
        string answer = HandshakeTexts.Answer(HandshakeTexts.Request(changes: (name, value)));
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer);
        Assert.Contains("Connection: close", answer);
        bool namesVersion = answer.Contains("Sec-WebSocket-Version: 13\r\n", StringComparison.Ordinal);
        Assert.Equal(status.StartsWith("426", StringComparison.Ordinal), namesVersion);
    }

    [Theory]
    [InlineData("POST /ws HTTP/1.1", "405 Method Not Allowed")]
    [InlineData("GET /ws HTTP/1.0", "505 HTTP Version Not Supported")]
    [InlineData("GET /ws HTTP/3.0", "505 HTTP Version Not Supported")]
    public void A_wrong_request_line_is_refused(string line, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", HandshakeTexts.Answer(HandshakeTexts.Request(line)));

    [Fact]
    public void A_refusal_carries_its_reason_as_the_body()
    {
        string answer = HandshakeTexts.Answer(HandshakeTexts.Request("PUT /ws HTTP/1.1"));
        Assert.Contains("Allow: GET\r\n", answer);
        Assert.EndsWith("\r\n\r\na WebSocket starts with GET\n", answer);
        Assert.Contains($"Content-Length: {"a WebSocket starts with GET\n".Length}\r\n", answer);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("chat", null)]
    [InlineData("b", "b")]
    [InlineData("b, a", "a")]
    [InlineData("a, b", "a")]
    [InlineData("A", null)]
    [InlineData(",, b ,", "b")]
    public void The_first_subprotocol_of_the_servers_list_that_was_offered_is_chosen(string? offered, string? chosen)
    {
        var options = new HandshakeOptions { Subprotocols = ["a", "b"] };
        string request = HandshakeTexts.Request(changes: ("Sec-WebSocket-Protocol", offered));
        string answer = HandshakeTexts.Answer(request, options);
        Assert.StartsWith("HTTP/1.1 101 ", answer);
        Assert.Equal(chosen is not null, answer.Contains("Sec-WebSocket-Protocol"));
        Assert.Contains(chosen is null ? "" : $"Sec-WebSocket-Protocol: {chosen}\r\n", answer);
    }

    [Fact]
    public void Subprotocols_may_stand_on_several_lines()
    {
        string request = HandshakeTexts.Request(changes: ("Sec-WebSocket-Protocol", "b\r\nSec-WebSocket-Protocol: a"));
        Assert.Contains(
            "Sec-WebSocket-Protocol: a\r\n",
            HandshakeTexts.Answer(request, new HandshakeOptions { Subprotocols = ["a", "b"] }));
    }

    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("HTTPS://APP.example.com", true)]
    [InlineData("http://app.example.com", false)]
    [InlineData("https://app.example.com:8443", false)]
    [InlineData("https://x.wild.org", true)]
    [InlineData("http://x.y.wild.org:8080", true)]
    [InlineData("https://wild.org", false)]
    [InlineData("https://evilwild.org", false)]
    [InlineData("https://x.wild.org.evil.com", false)]
    [InlineData("http://host.net:1", true)]
    [InlineData("http://port.net:81", true)]
    [InlineData("http://port.net:80", false)]
    [InlineData("https://a.tls.net", true)]
    [InlineData("http://a.tls.net", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void An_origin_is_allowed_by_its_patterns(string origin, bool isAllowed)
    {
        var policy = new OriginPolicy(
            "https://app.example.com", "*.wild.org", "host.net", "port.net:81", "https://*.tls.net");
        Assert.Equal(isAllowed, policy.Allows(Encoding.ASCII.GetBytes(origin)));
        string answer = HandshakeTexts.Answer(
            HandshakeTexts.Request(changes: ("Origin", origin)), new HandshakeOptions { Origins = policy });
        Assert.StartsWith(isAllowed ? "HTTP/1.1 101 " : "HTTP/1.1 403 ", answer);
    }

    [Fact]
    public void Without_an_origin_any_list_allows_and_a_star_allows_any()
    {
        var options = new HandshakeOptions { Origins = new OriginPolicy("a.com") };
        Assert.StartsWith("HTTP/1.1 101 ", HandshakeTexts.Answer(HandshakeTexts.Request(), options));
        Assert.True(new OriginPolicy("*").Allows("null"u8));
        Assert.True(new OriginPolicy("null").Allows("null"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*.")]
    [InlineData("*a.com")]
    [InlineData("a.*.com")]
    [InlineData("https://")]
    [InlineData("https://a.com/path")]
    [InlineData("https://é.com")]
    public void A_bad_origin_pattern_is_an_error(string pattern) =>
        Assert.Contains(pattern, Assert.Throws<ArgumentException>(() => new OriginPolicy(pattern)).Message);
}
