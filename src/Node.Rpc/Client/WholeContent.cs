using System.Net.Http.Headers;

namespace Node.Rpc;

/// <summary>
/// The body of a request with one message. Its headers and its bytes leave in one write, since nothing can be answered
/// in between.
/// </summary>
internal sealed class WholeContent : ByteArrayContent
{
    public static readonly MediaTypeHeaderValue MediaType = new(CallEnd.ContentType);

    public WholeContent(ArraySegment<byte> bytes) : base(bytes.Array!, bytes.Offset, bytes.Count) => Headers.ContentType = MediaType;

    // A length beside the message's own would be one too many.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
