using System.IO.Pipelines;
using System.Net;

namespace Node.Rpc;

/// <summary>The body of a request with a stream of messages: open until <see cref="Complete"/>. Any thread.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly TaskCompletionSource<PipeWriter> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StreamedContent() => Headers.ContentType = WholeContent.MediaType;

    /// <summary>Where the messages go, once there is a connection. Cancelled where the call ended before.</summary>
    public Task<PipeWriter> Opened => _opened.Task;

    /// <summary>The client has said all.</summary>
    public void Complete() => _completed.TrySetResult();

    /// <summary>Nothing is sent any more.</summary>
    public void Abandon()
    {
        _opened.TrySetCanceled();
        _completed.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The request's headers, which otherwise wait for the first message: of a client that listens first there may be none.
        // Before anybody may write, since the stream takes one at a time.
        await stream.FlushAsync(cancellationToken);
        if (!_opened.TrySetResult(PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true))))
        {
            // The handler may try again over another connection; what was written on the first is gone.
            throw new IOException("the connection ended, and a stream cannot be sent again");
        }

        await _completed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
