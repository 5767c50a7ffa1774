using System.Text.Unicode;

namespace Node.Wire;

/// <summary>Small plain responses, such as that of <c>/health</c>.</summary>
public static class HttpResponse
{
    /// <summary>
    /// Writes a whole response and returns its size in bytes; 0 when the destination is too small (200 bytes beyond the
    /// body and the texts always suffice). The texts must be ASCII.
    /// </summary>
    public static int Write(
        Span<byte> destination, int status, string phrase, string contentType, ReadOnlySpan<byte> body, bool close)
    {
        string connection = close ? "Connection: close\r\n" : "";
        return Utf8.TryWrite(
                destination,
                $"HTTP/1.1 {status} {phrase}\r\n{connection}"
                + $"Content-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n",
                out int head)
            && body.TryCopyTo(destination[head..])
            ? head + body.Length
            : 0;
    }
}
