using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>Requests as text, and a server's answer to them as text.</summary>
internal static class HandshakeTexts
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    /// <summary>The sample of RFC 6455, 1.2, with lines replaced, added or (by a null) left out.</summary>
    public static string Request(string line = "GET /ws HTTP/1.1", params (string Name, string? Value)[] changes)
    {
        var headers = new List<(string Name, string? Value)>
        {
            ("Host", "server.example.com"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", Key), ("Sec-WebSocket-Version", "13"),
        };
        foreach ((string name, string? value) in changes)
        {
            headers.RemoveAll(h => h.Name == name);
            headers.Add((name, value));
        }

        return line + "\r\n"
            + string.Concat(headers.Where(h => h.Value is not null).Select(h => $"{h.Name}: {h.Value}\r\n")) + "\r\n";
    }

    public static string Answer(string request, HandshakeOptions? options = null)
    {
        int scanned = 0;
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        HeadStatus status = HttpRequestHead.Parse(
            bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out HttpRefusal? refusal);
        if (status == HeadStatus.Refused)
        {
            return Encoding.ASCII.GetString(refusal!.Response);
        }

        Assert.Equal(HeadStatus.Complete, status);
        ServerHandshake handshake = ServerHandshake.Negotiate(head, options ?? new HandshakeOptions());
        Span<byte> response = stackalloc byte[ServerHandshake.MaxResponseSize];
        return Encoding.ASCII.GetString(response[..handshake.WriteResponse(response)]);
    }

    /// <summary>What a server with these options agrees to; fails where it declines.</summary>
    public static DeflateAgreement Agree(string offer, DeflateOptions? options = null) =>
        TryAgree(offer, options) ?? throw new InvalidOperationException("declined: " + offer);

    public static DeflateAgreement? TryAgree(string offer, DeflateOptions? options = null)
    {
        int scanned = 0;
        byte[] bytes = Encoding.ASCII.GetBytes(Request(changes: ("Sec-WebSocket-Extensions", offer)));
        HttpRequestHead.Parse(bytes, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
        var deflate = (options ?? Lenient) with { Enabled = true };
        return ServerHandshake.Negotiate(head, new HandshakeOptions { Deflate = deflate }).Deflate;
    }

    public static DeflateOptions Lenient { get; } = new()
    {
        Enabled = true, ServerNoContextTakeover = false, ClientNoContextTakeover = false,
    };
}
