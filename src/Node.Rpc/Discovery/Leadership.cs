using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>
/// That this process leads, until it is lost or disposed. It is lost by this process's own clock before another can win, also when
/// etcd cannot be reached. Any thread.
/// </summary>
public sealed class Leadership : IAsyncDisposable
{
    private readonly EtcdClient _client;
    private readonly EtcdLease _lease;
    private readonly string _id;
    private readonly string _election;
    private readonly CancellationTokenSource _resigned = new();
    private readonly CancellationTokenSource _lost;
    private readonly Task _watching;

    internal Leadership(EtcdClient client, Election election, EtcdLease lease, string key, string id, long term)
    {
        (_client, _lease, _id, _election, Term) = (client, lease, id, election.Name, term);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, _resigned.Token);
        Lost = _lost.Token;
        _watching = WatchAsync(election, key);
    }

    /// <summary>Goes with what the leader writes or orders, so that an earlier leader's, arriving late, can be told apart.</summary>
    public long Term { get; }

    /// <summary>By the clock: false from the moment on from which another may lead. Ask before what only a leader may do.</summary>
    public bool IsHeld => _lease.IsAlive && !_lost.IsCancellationRequested;

    /// <summary>Cancelled when it is lost, or given back. A moment late on a busy machine, unlike <see cref="IsHeld"/>.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Resigns: the next candidate leads at once; after the time to live, where etcd cannot be told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_resigned.IsCancellationRequested)
        {
            return;
        }

        await _resigned.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _lease.DisposeAsync().ConfigureAwait(false);
        _lost.Dispose();
        _resigned.Dispose();
    }

    // The lease may live on without its key: an operator deleted it, or etcd was restored from a copy.
    private async Task WatchAsync(Election election, string key)
    {
        try
        {
            await election.UntilAsync(ballot => !ballot.Has(key), Lost).ConfigureAwait(false);
            await _lost.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Lost with the lease, or resigned.
        }

        if (!_resigned.IsCancellationRequested)
        {
            _client.Log.LeadsNoMore(_id, _election);
        }
    }
}
