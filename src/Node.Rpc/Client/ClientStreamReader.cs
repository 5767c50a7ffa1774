using Grpc.Core;

namespace Node.Rpc;

/// <summary>The server's stream, as a client reads it.</summary>
internal sealed class ClientStreamReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private TResponse? _current;

    public TResponse Current => _current ?? throw new InvalidOperationException("there is no message before MoveNext has found one");

    /// <summary>Cancelling a read cancels the call.</summary>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static call => ((ClientCall<TRequest, TResponse>)call!).Dispose(), call);
        _current = await call.ReadAsync();
        return _current is not null;
    }
}
