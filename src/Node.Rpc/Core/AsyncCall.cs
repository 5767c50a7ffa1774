namespace Grpc.Core;

/// <summary>What the four kinds of running calls have in common. Any thread.</summary>
public abstract class AsyncCall : IDisposable
{
    private readonly Task<Metadata> _headers;
    private readonly Func<Status> _status;
    private readonly Func<Metadata> _trailers;
    private readonly Action _dispose;

    private protected AsyncCall(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
    {
        _headers = headers;
        _status = status;
        _trailers = trailers;
        _dispose = dispose;
    }

    /// <summary>What the server sent before its first message.</summary>
    public Task<Metadata> ResponseHeadersAsync => _headers;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => _status();

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => _trailers();

    /// <summary>Cancels what has not ended. A unary call that was awaited needs none.</summary>
    public void Dispose() => _dispose();
}
