using System.Text;

namespace Node.Wire;

/// <summary>
/// Why a request is not served: the status, its reason as text, and the whole response, made once. One instance a
/// reason, so that refusing allocates nothing and a metric can count by <see cref="Reason"/>.
/// </summary>
public sealed class HttpRefusal
{
    public static readonly HttpRefusal NotHttp = BadRequest("not an HTTP request");
    public static readonly HttpRefusal BareLineBreak = BadRequest("a CR or LF by itself");
    public static readonly HttpRefusal NulByte = BadRequest("a NUL byte");
    public static readonly HttpRefusal BadRequestLine = BadRequest("the request line is malformed");
    public static readonly HttpRefusal BadTarget = BadRequest("the request target is malformed");
    public static readonly HttpRefusal BadHeader = BadRequest("a header line is malformed");
    public static readonly HttpRefusal FoldedHeader = BadRequest("a folded header line");
    public static readonly HttpRefusal DuplicateHeader = BadRequest("a header that may stand once stands twice");
    public static readonly HttpRefusal HostMissing = BadRequest("Host is missing");
    public static readonly HttpRefusal HostInvalid = BadRequest("Host is malformed");
    public static readonly HttpRefusal BodyNotAllowed = BadRequest("a request with a body");
    public static readonly HttpRefusal ConnectionNotUpgrade = BadRequest("Connection does not say Upgrade");
    public static readonly HttpRefusal KeyMissing = BadRequest("Sec-WebSocket-Key is missing");
    public static readonly HttpRefusal KeyInvalid = BadRequest("Sec-WebSocket-Key is not 16 bytes in base64");
    public static readonly HttpRefusal ProtocolInvalid = BadRequest("Sec-WebSocket-Protocol is malformed");
    public static readonly HttpRefusal ExtensionsInvalid = BadRequest("Sec-WebSocket-Extensions is malformed");

    public static readonly HttpRefusal OriginForbidden = new(403, "Forbidden", "this origin is not allowed");
    public static readonly HttpRefusal MethodNotAllowed =
        new(405, "Method Not Allowed", "a WebSocket starts with GET", "Allow: GET\r\n");

    public static readonly HttpRefusal OnlyRead =
        new(405, "Method Not Allowed", "this is only read", "Allow: GET, HEAD\r\n");

    public static readonly HttpRefusal UpgradeMissing = Upgrade("this is a WebSocket endpoint");
    public static readonly HttpRefusal VersionUnsupported = Upgrade("only WebSocket version 13 is spoken here");
    public static readonly HttpRefusal TooManyBytes =
        new(431, "Request Header Fields Too Large", "the headers are over the limit in bytes");

    public static readonly HttpRefusal TooManyHeaders =
        new(431, "Request Header Fields Too Large", "the headers are over the limit in number");

    public static readonly HttpRefusal HttpVersionUnsupported =
        new(505, "HTTP Version Not Supported", "only HTTP/1.1 is spoken here");

    private readonly byte[] _response;

    private HttpRefusal(int status, string phrase, string reason, string headers = "", string connection = "close")
    {
        Status = status;
        Reason = reason;
        _response = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {phrase}\r\n{headers}Connection: {connection}\r\nContent-Type: text/plain\r\n"
            + $"Content-Length: {reason.Length + 1}\r\n\r\n{reason}\n");
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>Constant, ASCII; also the response's body.</summary>
    public string Reason { get; }

    /// <summary>The whole response; the connection closes after it.</summary>
    public ReadOnlySpan<byte> Response => _response;

    public override string ToString() => $"{Status} {Reason}";

    private static HttpRefusal BadRequest(string reason) => new(400, "Bad Request", reason);

    // RFC 9110, 15.5.22: a 426 names the protocol in Upgrade, and 7.8: that header in Connection; RFC 6455, 4.4: and the
    // version spoken.
    private static HttpRefusal Upgrade(string reason) =>
        new(426, "Upgrade Required", reason, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", "close, Upgrade");
}
