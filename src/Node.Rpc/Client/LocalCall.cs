using Grpc.Core;

namespace Node.Rpc;

/// <summary>A call within the process, from both of its ends. Any thread.</summary>
internal sealed class LocalCall : ServerCallContext
{
    private readonly CancellationTokenSource _over;
    private readonly CancellationToken _caller;
    private volatile bool _isCancelled;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LocalCall(string method, CallOptions options)
    {
        Method = method;
        RequestHeaders = options.Headers ?? [];
        Deadline = options.Deadline ?? DateTime.MaxValue;
        _caller = options.CancellationToken;
        _over = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        CancellationToken = _over.Token;
        if (options.Deadline is { } deadline)
        {
            TimeSpan left = deadline - DateTime.UtcNow;
            _over.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    public override string Method { get; }

    public override string Host => "";

    public override string Peer => "local";

    public override DateTime Deadline { get; }

    public override Metadata RequestHeaders { get; }

    public override CancellationToken CancellationToken { get; }

    public override Metadata ResponseTrailers { get; } = [];

    public override Status Status { get; set; } = Status.DefaultSuccess;

    public override WriteOptions? WriteOptions { get; set; }

    public Task<Metadata> Headers => _headers.Task;

    public override Task WriteResponseHeadersAsync(Metadata responseHeaders) =>
        _headers.TrySetResult(responseHeaders) ? Task.CompletedTask : throw new InvalidOperationException("the response's headers have left");

    /// <summary>Ends the call for both; nothing when it has ended.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        try
        {
            _over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    /// <summary>Runs the handler, on another thread than the caller's: it may block neither a loop nor a lock.</summary>
    /// <exception cref="RpcException">However it failed.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> handler)
    {
        try
        {
            T answer = await Task.Run(handler, CancellationToken).WaitAsync(CancellationToken);
            return Status.StatusCode == StatusCode.OK ? answer : throw new RpcException(Status, ResponseTrailers);
        }
        catch (Exception error)
        {
            RpcException failure = FailureOf(error);
            Status = failure.Status;
            throw failure;
        }
        finally
        {
            _headers.TrySetResult([]);
            _over.Dispose();
        }
    }

    private RpcException FailureOf(Exception error)
    {
        if (error is RpcException { StatusCode: not StatusCode.OK } own) return own;
        if (!CancellationToken.IsCancellationRequested) return new RpcException(new Status(StatusCode.Unknown, "the handler failed", error));

        // The clock cannot tell: a timer may run out a little before its time.
        return _isCancelled || _caller.IsCancellationRequested
            ? new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"))
            : new RpcException(new Status(StatusCode.DeadlineExceeded, "the deadline has passed"));
    }
}
