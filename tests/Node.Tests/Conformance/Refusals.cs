using Node.Tests.Support;

namespace Node.Tests.Conformance;

/// <summary>A request that is no handshake, and the answer to it.</summary>
/// <param name="Id">What is wrong.</param>
/// <param name="Request">The bytes, Latin-1.</param>
/// <param name="Status">HTTP.</param>
/// <param name="Reason">The body, without its line end.</param>
internal sealed record Refusal(string Id, string Request, int Status, string Reason);

/// <summary>Every way to be refused before there is a WebSocket. The node has 1 KiB and 64 lines for a head, and one origin.</summary>
internal static class Refusals
{
    private const string Ws = "GET /ws HTTP/1.1";
    private const string TooLong = "the headers are over the limit in bytes";

    public static IEnumerable<Refusal> All => [.. NotHttp(), .. RequestLines(), .. Lines(), .. Handshakes(), .. Limits()];

    private static Refusal Bad(string id, string request, string reason) => new(id, request, 400, reason);

    private static Refusal Bad(string id, string reason, params (string Name, string? Value)[] headers) =>
        Bad(id, UpgradeRequest.Text(Ws, headers), reason);

    private static IEnumerable<Refusal> NotHttp()
    {
        yield return Bad("tls-hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "not an HTTP request");
        yield return Bad("nul", "\0", "not an HTTP request");
        yield return Bad("lower-case-method", "get /ws HTTP/1.1\r\n\r\n", "not an HTTP request");
        yield return Bad("empty-line-first", "\r\nGET /ws HTTP/1.1\r\n\r\n", "not an HTTP request");
        yield return Bad("bare-lf", "GET /ws HTTP/1.1\nHost: a\n\n", "a CR or LF by itself");
        yield return Bad("bare-cr", "GET /ws HTTP/1.1\rHost: a\r\n\r\n", "a CR or LF by itself");
        yield return Bad("nul-inside", "GET /ws HTTP/1.1\r\nHost: a\0b\r\n\r\n", "a NUL byte");
        yield return new Refusal("http2-preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "only HTTP/1.1 is spoken here");
    }

    private static IEnumerable<Refusal> RequestLines()
    {
        foreach (string line in (string[])["GET", "GET /ws", "GET /ws HTTP", "GET /ws HTTP/1.1 ", "GET /ws http/1.1", "GET /ws HTTP/1,1", "GET /ws HTTP/11", "G@T /ws HTTP/1.1"])
        {
            yield return Bad($"line '{line}'", $"{line}\r\nHost: a\r\n\r\n", "the request line is malformed");
        }

        foreach (string target in (string[])["ws", "*", "/ws#part", "/w s", "/w\x7Fs", "/w\xE9s", "http://", "http:///ws", "localhost:80", "?user=a", "://host/ws"])
        {
            yield return Bad($"target '{target}'", $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n", "the request target is malformed");
        }

        yield return new Refusal("http-2", UpgradeRequest.Text("GET /ws HTTP/2.0"), 505, "only HTTP/1.1 is spoken here");
        yield return new Refusal("http-0", UpgradeRequest.Text("GET /ws HTTP/0.9"), 505, "only HTTP/1.1 is spoken here");
        yield return new Refusal("http-1.0", UpgradeRequest.Text("GET /ws HTTP/1.0"), 505, "only HTTP/1.1 is spoken here");
        foreach (string method in (string[])["POST", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "PATCH", "X-UNHEARD"])
        {
            yield return new Refusal($"method {method}", UpgradeRequest.Text($"{method} /ws HTTP/1.1"), 405, "a WebSocket starts with GET");
        }

        foreach (string path in (string[])["/", "/wss", "/ws/", "/WS", "/%77s", "//ws", "/ws/../ws", "/favicon.ico"])
        {
            yield return new Refusal($"path {path}", UpgradeRequest.Text($"GET {path} HTTP/1.1"), 404, "no such path: WebSockets are at /ws");
        }
    }

    private static IEnumerable<Refusal> Lines()
    {
        foreach (string line in (string[])["NoColon", ": no name", "Space : x", "Na(me: x", "X: a\x01" + "b", "X: \x7F", "X\xE9: a"])
        {
            yield return Bad($"header '{line}'", $"{Ws}\r\nHost: a\r\n{line}\r\n\r\n", "a header line is malformed");
        }

        foreach (string host in (string[])["a b", "a/b", "a,b", "user@a", "a?b", "a\"b"])
        {
            yield return Bad($"host '{host}'", "Host is malformed", ("Host", host));
        }

        yield return Bad("folded", $"{Ws}\r\nHost: a\r\n b: c\r\n\r\n", "a folded header line");
        yield return Bad("no-host", "Host is missing", ("Host", null));
        foreach (string name in (string[])["Host", "Origin", "Content-Length", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
        {
            string value = name == "Content-Length" ? "0" : name == "Sec-WebSocket-Version" ? "13" : UpgradeRequest.Key;
            string request = UpgradeRequest.Text(Ws, (name, value)).Replace("\r\n\r\n", $"\r\n{name.ToLowerInvariant()}: {value}\r\n\r\n", StringComparison.Ordinal);
            yield return Bad($"twice {name}", request, "a header that may stand once stands twice");
        }

        yield return Bad("body", "a request with a body", ("Content-Length", "1"));
        yield return Bad("body-length-nonsense", "a request with a body", ("Content-Length", "-0"));
        yield return Bad("chunked", "a request with a body", ("Transfer-Encoding", "chunked"));
    }

    private static IEnumerable<Refusal> Handshakes()
    {
        const string Endpoint = "this is a WebSocket endpoint";
        yield return new Refusal("no-upgrade", UpgradeRequest.Text(Ws, ("Upgrade", null)), 426, Endpoint);
        yield return new Refusal("other-upgrade", UpgradeRequest.Text(Ws, ("Upgrade", "h2c, websockets")), 426, Endpoint);
        yield return Bad("no-connection", "Connection does not say Upgrade", ("Connection", null));
        yield return Bad("keep-alive", "Connection does not say Upgrade", ("Connection", "keep-alive, Upgrades"));
        foreach (string? version in (string?[])[null, "", "0", "7", "8", "12", "14", "013", "13, 8", "x"])
        {
            yield return new Refusal(
                $"version '{version ?? "none"}'", UpgradeRequest.Text(Ws, ("Sec-WebSocket-Version", version)), 426, "only WebSocket version 13 is spoken here");
        }

        yield return Bad("no-key", "Sec-WebSocket-Key is missing", ("Sec-WebSocket-Key", null));
        foreach (string key in (string[])["short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSB*b25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==dGhl"])
        {
            yield return Bad($"key '{key}'", "Sec-WebSocket-Key is not 16 bytes in base64", ("Sec-WebSocket-Key", key));
        }

        yield return Bad("protocol", "Sec-WebSocket-Protocol is malformed", ("Sec-WebSocket-Protocol", "pubsub.v1.json, a b"));
        foreach (string extensions in (string[])["permessage-deflate; =", "permessage-deflate; a=\"b", "a b", "a;;b", "a=b", "\"a\"", "a; b=\"c d\""])
        {
            yield return Bad($"extensions '{extensions}'", "Sec-WebSocket-Extensions is malformed", ("Sec-WebSocket-Extensions", extensions));
        }

        foreach (string origin in (string[])["https://evil.example", "http://app.example", "https://app.example.evil", "https://app.example:444", "null", ""])
        {
            yield return new Refusal($"origin '{origin}'", UpgradeRequest.Text(Ws, ("Origin", origin)), 403, "this origin is not allowed");
        }
    }

    private static IEnumerable<Refusal> Limits()
    {
        yield return new Refusal("head-bytes", UpgradeRequest.Text(Ws, ("X-Long", new string('x', 1024))), 431, TooLong);
        yield return new Refusal("head-bytes-without-end", "GET /" + new string('a', 1019), 431, TooLong);
        (string, string?)[] many = [.. Enumerable.Range(0, 65).Select(i => ($"X-{i}", (string?)""))];
        yield return new Refusal("head-lines", UpgradeRequest.Text(Ws, many), 431, "the headers are over the limit in number");
    }
}
