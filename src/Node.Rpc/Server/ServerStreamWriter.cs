using Grpc.Core;

namespace Node.Rpc;

/// <summary>The server's stream, as a handler writes it.</summary>
internal sealed class ServerStreamWriter<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
{
    private Task _last = Task.CompletedTask;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message)
    {
        if (!_last.IsCompleted) throw new InvalidOperationException("the write before is not complete");
        return _last = call.WriteAsync(message, marshaller, WriteOptions);
    }
}
