using Grpc.Core;

namespace Node.Rpc;

/// <summary>The client's stream, as a handler reads it.</summary>
internal sealed class ServerStreamReader<T>(ServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("there is no message before MoveNext has found one");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = await call.ReadAsync(marshaller, cancellationToken);
        return _current is not null;
    }
}
