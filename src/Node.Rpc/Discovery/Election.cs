using System.Globalization;
using System.Text;
using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>
/// Who leads: of the candidates, each with a key under its own lease, the one whose key was created first. Watched from
/// <see cref="Start"/> until it is disposed; without etcd the last known leader stays. Any thread.
/// </summary>
public sealed class Election : IAsyncDisposable
{
    /// <summary>That of the controllers.</summary>
    public const string Controllers = "/pubsub/election/controller";

    private readonly EtcdClient _client;
    private readonly string _prefix;
    private readonly EtcdWatch _watch;
    private readonly CancellationTokenSource _stopped = new();
    private Task _following = Task.CompletedTask;
    private volatile Ballot _ballot = new([]);

    /// <param name="client">Must live as long.</param>
    /// <param name="name">Such as <see cref="Controllers"/>.</param>
    public Election(EtcdClient client, string name = Controllers)
    {
        (_client, Name, _prefix) = (client, name, name + "/");
        _watch = new EtcdWatch(client, _prefix, _stopped.Token);
    }

    /// <summary>As it was given.</summary>
    public string Name { get; }

    /// <summary>Raised with each new leader, or null for none, in order, on a thread of the pool. A handler must not block.</summary>
    public event Action<Leader?>? Changed;

    /// <summary>As far as is known; null: nobody.</summary>
    public Leader? Leader => _ballot.Leader;

    /// <summary>Since when etcd is away, and <see cref="Leader"/> may be another; null: it is there.</summary>
    public DateTimeOffset? StaleSince => _watch.StaleSince;

    public void Start() => _following = Background.RunAsync(_client.Log, $"the view of {Name}", FollowAsync);

    /// <summary>Waits until <paramref name="id"/> leads, as long as it takes. Only after <see cref="Start"/>.</summary>
    /// <param name="id">What the others see as the leader.</param>
    /// <param name="timeToLive">A leader that dies is followed by another after so long.</param>
    /// <param name="cancel">Withdraws.</param>
    /// <returns>Held until it is disposed or lost.</returns>
    public async Task<Leadership> CampaignAsync(string id, TimeSpan timeToLive, CancellationToken cancel = default)
    {
        var backoff = new Backoff(_client.Time);
        while (true)
        {
            try
            {
                if (await TryCampaignAsync(id, timeToLive, cancel).ConfigureAwait(false) is { } leadership)
                {
                    return leadership;
                }
            }
            catch (EtcdException error)
            {
                _client.Log.CampaignFailed(id, Name, error.Message);
                await backoff.WaitAsync(cancel).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        await _stopped.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _watch.Dispose();
        _stopped.Dispose();
    }

    /// <summary>Waits for a ballot that fits: this one, or a later one.</summary>
    internal async Task UntilAsync(Predicate<Ballot> fits, CancellationToken cancel)
    {
        for (Ballot ballot = _ballot; !fits(ballot); ballot = _ballot)
        {
            await ballot.Next.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync()
    {
        Dictionary<string, EtcdKeyValue> candidates = [];
        while (true)
        {
            EtcdBatch batch = await _watch.NextAsync().ConfigureAwait(false);
            foreach (EtcdChange change in batch.Changes)
            {
                if (change.IsDeleted)
                {
                    candidates.Remove(change.Entry.Key);
                }
                else
                {
                    candidates[change.Entry.Key] = change.Entry;
                }
            }

            Ballot before = _ballot;
            _ballot = new Ballot([.. candidates.Values]);
            before.SetNext();
            if (_ballot.Leader != before.Leader)
            {
                Tell(_ballot.Leader);
            }
        }
    }

    private void Tell(Leader? leader)
    {
        foreach (Action<Leader?> handler in (Changed?.GetInvocationList() ?? []).Cast<Action<Leader?>>())
        {
            try
            {
                handler(leader);
            }
            catch (Exception error)
            {
                _client.Log.HandlerFailed(error);
            }
        }
    }

    /// <returns>Null: the lease was lost before it led.</returns>
    private async Task<Leadership?> TryCampaignAsync(string id, TimeSpan timeToLive, CancellationToken cancel)
    {
        EtcdLease lease = await EtcdLease.GrantAsync(_client, timeToLive, cancel).ConfigureAwait(false);
        string key = _prefix + lease.Id.ToString("x", CultureInfo.InvariantCulture);
        Leadership? leadership = null;
        try
        {
            using var standing = CancellationTokenSource.CreateLinkedTokenSource(cancel, lease.Lost, _stopped.Token);
            long term = await _client.PutAsync(key, Encoding.UTF8.GetBytes(id), lease.Id, standing.Token).ConfigureAwait(false);
            await UntilAsync(ballot => ballot.Leader?.Term == term, standing.Token).ConfigureAwait(false);
            _client.Log.Leads(id, Name, term);
            return leadership = new Leadership(_client, this, lease, key, id, term);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (leadership is null)
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
