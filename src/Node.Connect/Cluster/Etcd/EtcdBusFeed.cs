using Node.Rpc.Etcd;

namespace Node.Connect.Cluster.Etcd;

/// <summary>
/// Follows the bus's keys, a task a prefix, and brings each batch of changes to the bus's thread before it asks for the next: what that has not
/// taken stays with etcd.
/// </summary>
internal sealed class EtcdBusFeed : IAsyncDisposable
{
    private static readonly string[] Prefixes = [EtcdBusKeys.Rooms, EtcdBusKeys.Users, EtcdBusKeys.Everybody];

    private readonly CancellationTokenSource _stop = new();
    private readonly EtcdWatch[] _watches;
    private readonly Task _following;

    /// <param name="client">Must live as long.</param>
    /// <param name="post">Brings what it is given to the bus's thread.</param>
    /// <param name="take">Takes a batch there.</param>
    public EtcdBusFeed(EtcdClient client, Action<Action> post, Action<EtcdBatch> take)
    {
        _watches = [.. Prefixes.Select(prefix => new EtcdWatch(client, prefix, _stop.Token))];
        _following = Task.WhenAll(_watches.Select(watch => Task.Run(() => FollowAsync(watch, post, take))));
    }

    /// <summary>Why nothing comes just now; null while all is well. Any thread.</summary>
    public string? Problem => _watches.Select(watch => watch.Problem).FirstOrDefault(problem => problem is not null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (EtcdWatch watch in _watches)
        {
            watch.Dispose();
        }

        _stop.Dispose();
    }

    private async Task FollowAsync(EtcdWatch watch, Action<Action> post, Action<EtcdBatch> take)
    {
        while (true)
        {
            EtcdBatch batch = await watch.NextAsync().ConfigureAwait(false);
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            post(() =>
            {
                try
                {
                    take(batch);
                }
                finally
                {
                    taken.SetResult();
                }
            });
            await taken.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }
}
