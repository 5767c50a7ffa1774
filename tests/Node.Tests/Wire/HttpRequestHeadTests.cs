using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

public class HttpRequestHeadTests
{
    [Fact]
    public void A_plain_request_is_read()
    {
        byte[] bytes =
            "GET /health?x=1&y=2 HTTP/1.1\r\nHost: a\r\nX-One:  two words \t\r\nx-empty:\r\n\r\nrest"u8.ToArray();
        int scanned = 0;
        HeadStatus status = HttpRequestHead.Parse(
            bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        Assert.Equal(HeadStatus.Complete, status);
        Assert.Equal(bytes.Length - 4, scanned);
        Assert.Equal("GET"u8, head.Method);
        Assert.Equal("/health"u8, head.Path);
        Assert.Equal("x=1&y=2"u8, head.Query.Raw);
        Assert.Equal(1, head.MinorVersion);
        Assert.True(head.TryGetHeader("x-oNE"u8, out ReadOnlySpan<byte> value));
        Assert.Equal("two words"u8, value);
        Assert.True(head.TryGetHeader("X-Empty"u8, out value));
        Assert.True(value.IsEmpty);
        Assert.False(head.TryGetHeader("X-None"u8, out _));
    }

    [Theory]
    [InlineData("GET http://h:80/a/b?q HTTP/1.1", "/a/b", "q")]
    [InlineData("GET ws://h HTTP/1.1", "/", "")]
    [InlineData("GET /%41 HTTP/1.1", "/%41", "")]
    public void The_target_may_be_absolute(string line, string path, string query)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(line + "\r\nHost: a\r\n\r\n");
        int scanned = 0;
        HttpRequestHead.Parse(bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        Assert.Equal(path, Encoding.ASCII.GetString(head.Path));
        Assert.Equal(query, Encoding.ASCII.GetString(head.Query.Raw));
    }

    private const string Twice = "400 a header that may stand once stands twice";

    public static TheoryData<string, string> Refusals => new()
    {
        { "\u0016\u0003\u0001", "400 not an HTTP request" },
        { "\r\n", "400 not an HTTP request" },
        { " GET / HTTP/1.1\r\n\r\n", "400 not an HTTP request" },
        { "get / HTTP/1.1\r\n\r\n", "400 not an HTTP request" },
        { "GET / HTTP/1.1\n", "400 a CR or LF by itself" },
        { "GET / HTTP/1.1\rX", "400 a CR or LF by itself" },
        { "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "400 a CR or LF by itself" },
        { "GET / HTTP/1.1\r\nHost: \0", "400 a NUL byte" },
        { "GET\r\n\r\n", "400 the request line is malformed" },
        { "GET /\r\n\r\n", "400 the request line is malformed" },
        { "G(T / HTTP/1.1\r\n\r\n", "400 the request line is malformed" },
        { "GET / HTTP/11\r\n\r\n", "400 the request line is malformed" },
        { "GET / http/1.1\r\n\r\n", "400 the request line is malformed" },
        { "GET / HTTP/1.x\r\n\r\n", "400 the request line is malformed" },
        { "GET / HTTP/2.0\r\n\r\n", "505 only HTTP/1.1 is spoken here" },
        { "GET / HTTP/0.9\r\n\r\n", "505 only HTTP/1.1 is spoken here" },
        { "GET  / HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET /a b HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET * HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET a HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET http:///a HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET http://h?a HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET http:// HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET /#a HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET /\u00E9 HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET /\t HTTP/1.1\r\n\r\n", "400 the request target is malformed" },
        { "GET / HTTP/1.1\r\n\r\n", "400 Host is missing" },
        { "GET / HTTP/1.1\r\n folded\r\n\r\n", "400 a folded header line" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", "400 a folded header line" },
        { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\nHost\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\n: a\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\nX(y): a\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\nHost: a\u0001\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\nHost: a\u007F\r\n\r\n", "400 a header line is malformed" },
        { "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", Twice },
        { "GET / HTTP/1.1\r\nHost: a\r\nOrigin: a\r\nOrigin: a\r\n\r\n", Twice },
        { "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", Twice },
        { "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "400 a request with a body" },
        { "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n", "400 a request with a body" },
        { "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "400 a request with a body" },
        { "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: x\r\n\r\n",
            "400 a request with a body" },
        { "GET / HTTP/1.1\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Key: a\r\n\r\n", Twice },
        { "GET / HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8\r\n\r\n", Twice },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_bad_request_is_refused_by_name_at_once_and_bytewise(string text, string refusal)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int scanned = 0;
        HeadStatus status = HttpRequestHead.Parse(
            bytes, ref scanned, HeadLimits.Default, out _, out HttpRefusal? whole);
        Assert.Equal(HeadStatus.Refused, status);
        Assert.Equal(refusal, whole!.ToString());
        Assert.Equal(refusal, Bytewise(bytes)?.ToString());
    }

    [Fact]
    public void A_head_over_the_limit_is_431()
    {
        var limits = new HeadLimits(100, 3);
        byte[] line = Encoding.ASCII.GetBytes("GET /" + new string('a', 200));
        int scanned = 0;
        HeadStatus status = HttpRequestHead.Parse(line.AsSpan(0, 99), ref scanned, limits, out _, out _);
        Assert.Equal(HeadStatus.Incomplete, status);
        status = HttpRequestHead.Parse(line.AsSpan(0, 100), ref scanned, limits, out _, out HttpRefusal? refusal);
        Assert.Equal(HeadStatus.Refused, status);
        Assert.Equal(431, refusal!.Status);

        byte[] late = Encoding.ASCII.GetBytes("GET /" + new string('a', 90) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        scanned = 0;
        HttpRequestHead.Parse(late, ref scanned, limits, out _, out refusal);
        Assert.Same(HttpRefusal.TooManyBytes, refusal);
    }

    [Fact]
    public void A_head_of_exactly_the_limit_is_read()
    {
        byte[] bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        int scanned = 0;
        HeadStatus status = HttpRequestHead.Parse(
            bytes, ref scanned, new HeadLimits(bytes.Length, 1), out _, out _);
        Assert.Equal(HeadStatus.Complete, status);
    }

    [Fact]
    public void Too_many_headers_are_431()
    {
        byte[] bytes = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n"u8.ToArray();
        int scanned = 0;
        HttpRequestHead.Parse(bytes, ref scanned, new HeadLimits(1000, 2), out _, out HttpRefusal? refusal);
        Assert.Same(HttpRefusal.TooManyHeaders, refusal);
    }

    [Theory]
    [InlineData("user=alice", "user", QueryLookup.Found, "alice")]
    [InlineData("a=1&user=bob&user=eve", "user", QueryLookup.Found, "bob")]
    [InlineData("user=a%20b+c%c3%A9", "user", QueryLookup.Found, "a b cé")]
    [InlineData("user=%2B%25", "user", QueryLookup.Found, "+%")]
    [InlineData("user=a=b", "user", QueryLookup.Found, "a=b")]
    [InlineData("user", "user", QueryLookup.Found, "")]
    [InlineData("user=", "user", QueryLookup.Found, "")]
    [InlineData("User=x&users=y&&", "user", QueryLookup.Absent, null)]
    [InlineData("", "user", QueryLookup.Absent, null)]
    [InlineData("user=%", "user", QueryLookup.Malformed, null)]
    [InlineData("user=%4", "user", QueryLookup.Malformed, null)]
    [InlineData("user=%zz", "user", QueryLookup.Malformed, null)]
    [InlineData("user=%C3%28", "user", QueryLookup.Malformed, null)]
    public void A_query_is_looked_up_and_decoded(string query, string name, QueryLookup expected, string? value)
    {
        byte[] bytes = Encoding.ASCII.GetBytes($"GET /ws?{query} HTTP/1.1\r\nHost: a\r\n\r\n");
        int scanned = 0;
        HttpRequestHead.Parse(bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        Assert.Equal(expected, head.Query.TryGet(Encoding.ASCII.GetBytes(name), out string? found));
        Assert.Equal(value, found);
    }

    [Fact]
    public void A_query_value_that_does_not_fit_is_malformed()
    {
        byte[] bytes = "GET /?a=12345 HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        int scanned = 0;
        HttpRequestHead.Parse(bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        Assert.Equal(QueryLookup.Malformed, head.Query.TryGet("a"u8, stackalloc byte[4], out _));
        Assert.Equal(QueryLookup.Found, head.Query.TryGet("a"u8, stackalloc byte[5], out int written));
        Assert.Equal(5, written);
    }

    [Fact]
    public void A_response_is_written_whole_or_not_at_all()
    {
        Span<byte> bytes = stackalloc byte[256];
        int length = HttpResponse.Write(bytes, 200, "OK", "text/plain", "ok"u8, close: true);
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok",
            Encoding.ASCII.GetString(bytes[..length]));
        Assert.Equal(0, HttpResponse.Write(bytes[..(length - 1)], 200, "OK", "text/plain", "ok"u8, close: true));
        Assert.Equal(0, HttpResponse.Write(bytes[..20], 200, "OK", "text/plain", "ok"u8, close: false));
    }

    private static HttpRefusal? Bytewise(byte[] bytes)
    {
        int scanned = 0;
        for (int length = 0; length <= bytes.Length; length++)
        {
            HeadStatus status = HttpRequestHead.Parse(
                bytes.AsSpan(0, length), ref scanned, HeadLimits.Default, out _, out HttpRefusal? refusal);
            if (status != HeadStatus.Incomplete)
            {
                return refusal;
            }
        }

        return null;
    }
}
