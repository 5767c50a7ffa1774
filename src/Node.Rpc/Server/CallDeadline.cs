using Microsoft.Extensions.Logging;

namespace Node.Rpc;

/// <summary>
/// Ends a call at its time. Its token is cancelled as well when the client has cancelled or is gone. Dispose it with the call.
/// </summary>
/// <remarks>
/// A timer of our own: one of the token's source would end the process with what a handler has hung on the token, and failed.
/// </remarks>
internal sealed class CallDeadline : IAsyncDisposable
{
    // What a timer takes. Later deadlines are the client's own business.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;
    private readonly ILogger _log;

    private CallDeadline(TimeSpan left, ILogger log, CancellationToken aborted)
    {
        _log = log;
        At = DateTime.UtcNow + left;
        _source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Token = _source.Token;
        _timer = new Timer(static deadline => ((CallDeadline)deadline!).Reach(), this, left, Timeout.InfiniteTimeSpan);
    }

    /// <summary>UTC.</summary>
    public DateTime At { get; }

    public CancellationToken Token { get; }

    /// <returns>Null where it is too far away to be watched.</returns>
    /// <param name="left">Until the deadline.</param>
    /// <param name="log">For handlers that fail as they are cancelled.</param>
    /// <param name="aborted">Cancelled when the client is gone.</param>
    public static CallDeadline? Create(TimeSpan left, ILogger log, CancellationToken aborted) =>
        left < Longest ? new CallDeadline(left, log, aborted) : null;

    /// <summary>After it, nothing is ended any more: a callback that runs is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        _source.Dispose();
    }

    private void Reach()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException exception)
        {
            _log.CancelledBadly(exception);
        }
    }
}
