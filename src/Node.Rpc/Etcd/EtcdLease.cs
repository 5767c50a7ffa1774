using Grpc.Core;
using Microsoft.Extensions.Logging;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>
/// A lease that is kept alive until it is disposed. It is lost when etcd says so, or when it has not been confirmed for its whole time:
/// counted from when the confirmation was asked for, so that this process knows no later than etcd. Lost is for good, even if etcd
/// has it still: grant another one and write the keys again. Any thread.
/// </summary>
public sealed class EtcdLease : IAsyncDisposable
{
    private readonly EtcdClient _client;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _deadline;
    private readonly Task _keeping;
    private long _confirmed;
    private volatile bool _isLost;

    private EtcdLease(EtcdClient client, long id, TimeSpan timeToLive, long asked)
    {
        (_client, Id, TimeToLive, _confirmed) = (client, id, timeToLive, asked);
        Lost = _lost.Token;
        _deadline = client.Time.CreateTimer(_ => LoseIfDue(), null, Left(), Timeout.InfiniteTimeSpan);
        _keeping = Background.RunAsync(client.Log, $"lease {id}", () => KeepAsync(_stopped.Token));
    }

    public long Id { get; }

    /// <summary>As granted: at least what was asked for.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Cancelled when the lease is lost. On a thread of the pool; a moment late on a busy machine, unlike <see cref="IsAlive"/>.</summary>
    public CancellationToken Lost { get; }

    /// <summary>By the clock: false from the moment on from which etcd may have dropped it.</summary>
    public bool IsAlive => !_stopped.IsCancellationRequested && !_isLost && Left() > TimeSpan.Zero;

    /// <param name="client">Must live as long.</param>
    /// <param name="timeToLive">In whole seconds, rounded up; etcd raises it to one and a half of its election timeout.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="EtcdException">By its <see cref="EtcdException.Error"/>.</exception>
    public static async Task<EtcdLease> GrantAsync(EtcdClient client, TimeSpan timeToLive, CancellationToken cancel = default)
    {
        long asked = client.Time.GetTimestamp();
        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        // Repeatable: a grant whose answer was lost runs out by itself.
        LeaseGrantResponse granted = await client.CallAsync((etcd, options) => etcd.Leases.LeaseGrantAsync(request, options), true, cancel)
            .ConfigureAwait(false);
        return new EtcdLease(client, granted.ID, TimeSpan.FromSeconds(granted.TTL), asked);
    }

    /// <summary>
    /// Gives the lease back: its keys are gone at once; after its time, where etcd cannot be told. A lost one is left alone: keys that
    /// were written again under another lease must not go.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        await _stopped.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await _deadline.DisposeAsync().ConfigureAwait(false);
        if (!_isLost)
        {
            await RevokeAsync().ConfigureAwait(false);
        }

        _stopped.Dispose();
        _lost.Dispose();
    }

    private async Task RevokeAsync()
    {
        try
        {
            await _client.CallAsync(
                (etcd, options) => etcd.Leases.LeaseRevokeAsync(new LeaseRevokeRequest { ID = Id }, options), true, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (EtcdException error)
        {
            _client.Log.KeepAliveFailed(Id, error.Message);
        }
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        var backoff = new Backoff(_client.Time);
        await Task.Delay(TimeToLive / 3, _client.Time, stop).ConfigureAwait(false);
        while (!_isLost)
        {
            EtcdEndpoint endpoint = _client.Endpoint;
            try
            {
                await KeepAtAsync(endpoint, backoff, stop).ConfigureAwait(false);
            }
            catch (Exception error) when (error is RpcException or EtcdException or OperationCanceledException)
            {
                stop.ThrowIfCancellationRequested();
                _client.Log.KeepAliveFailed(Id, error.Message);
                _client.Leave(endpoint);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Over one stream, until that breaks or the lease is gone.</summary>
    private async Task KeepAtAsync(EtcdEndpoint endpoint, Backoff backoff, CancellationToken stop)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CallOptions options = await _client.StreamOptionsAsync(endpoint, silence.Token).ConfigureAwait(false);
        using AsyncDuplexStreamingCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call = endpoint.Leases.LeaseKeepAlive(options);
        while (!_isLost)
        {
            silence.CancelAfter(TimeToLive / 3);
            long asked = _client.Time.GetTimestamp();
            await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = Id }).ConfigureAwait(false);
            if (!await call.ResponseStream.MoveNext(silence.Token).ConfigureAwait(false))
            {
                throw new EtcdException(EtcdError.Unavailable, $"etcd at {endpoint.Address.Authority} ended the stream");
            }

            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            if (call.ResponseStream.Current.TTL <= 0)
            {
                Lose();
                return;
            }

            if (Left() <= TimeSpan.Zero)
            {
                // Too late: somebody may have seen that it is not alive.
                Lose();
                return;
            }

            Volatile.Write(ref _confirmed, asked);
            _deadline.Change(Left(), Timeout.InfiniteTimeSpan);
            backoff.Reset();
            await Task.Delay(TimeToLive / 3, _client.Time, stop).ConfigureAwait(false);
        }
    }

    private TimeSpan Left()
    {
        TimeSpan left = TimeToLive - _client.Time.GetElapsedTime(Volatile.Read(ref _confirmed));
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void LoseIfDue()
    {
        TimeSpan left = Left();
        if (left > TimeSpan.Zero)
        {
            // The timer fires a little early by this clock, or crossed a confirmation.
            _deadline.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return;
        }

        Lose();
    }

    private void Lose()
    {
        if (!Interlocked.Exchange(ref _isLost, true))
        {
            _client.Log.LeaseLost(Id);
            _ = _lost.CancelAsync();
        }
    }
}
