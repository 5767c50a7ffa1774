using System.Globalization;
using System.Text.Unicode;

namespace Node.Wire;

/// <summary>Small plain responses, such as that of <c>/health</c>.</summary>
public static class HttpResponse
{
    /// <summary>
    /// Writes a whole response and returns its size in bytes; 0 when the destination is too small (200 bytes beyond the
    /// body and the texts always suffice). The texts must be ASCII.
    /// </summary>
    /// <param name="destination">For the response.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="phrase">Its reason phrase.</param>
    /// <param name="contentType">Of the body.</param>
    /// <param name="body">May be empty.</param>
    /// <param name="close">Whether the connection closes after it.</param>
    /// <param name="retryAfter">Seconds after which it may be tried again; 0 says nothing of it.</param>
    public static int Write(
        Span<byte> destination, int status, string phrase, string contentType, ReadOnlySpan<byte> body, bool close, int retryAfter = 0)
    {
        string connection = close ? "Connection: close\r\n" : "";
        string retry = retryAfter > 0 ? string.Create(CultureInfo.InvariantCulture, $"Retry-After: {retryAfter}\r\n") : "";
        return Utf8.TryWrite(
                destination,
                $"HTTP/1.1 {status} {phrase}\r\n{connection}{retry}"
                + $"Content-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n",
                out int head)
            && body.TryCopyTo(destination[head..])
            ? head + body.Length
            : 0;
    }
}
