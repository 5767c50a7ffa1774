using System.IO.Pipelines;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>The client's stream, as a client writes it.</summary>
internal sealed class ClientStreamWriter<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, StreamedContent content)
    : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private PipeWriter? _output;
    private MessageWriter? _writer;
    private Task _last = Task.CompletedTask;
    private bool _isComplete;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message)
    {
        if (!_last.IsCompleted) throw new InvalidOperationException("the write before is not complete");
        if (_isComplete) throw new InvalidOperationException("the stream is complete");
        return _last = SendAsync(message);
    }

    public async Task CompleteAsync()
    {
        _isComplete = true;
        if (!_last.IsCompletedSuccessfully) await _last;
        try
        {
            // With what a hint has held back.
            if (_output is not null) await _output.CompleteAsync();
        }
        catch (Exception exception)
        {
            throw await call.WhyAsync(exception);
        }

        content.Complete();
    }

    private async Task SendAsync(TRequest message)
    {
        try
        {
            _output ??= await content.Opened;
        }
        catch (OperationCanceledException exception)
        {
            throw await call.WhyAsync(exception);
        }

        if (!Write(_output, message)) return;
        try
        {
            await _output.FlushAsync(call.Ending);
        }
        catch (Exception exception)
        {
            throw await call.WhyAsync(exception);
        }
    }

    private bool Write(PipeWriter output, TRequest message)
    {
        try
        {
            _writer ??= call.CreateWriter(output);
            return call.Write(_writer, message, WriteOptions);
        }
        catch (Exception exception)
        {
            // The server waits for a message that will not come.
            call.Fail(exception);
            throw;
        }
    }
}
