using Microsoft.Extensions.Logging;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>
/// Follows a prefix: first all there is, then each change, in order, none twice and none left out. After a broken connection it goes on
/// where it was. Where etcd has forgotten too much, or is another store than before, it compares, and tells the difference.
/// Nothing is queued here: who does not ask for the next batch leaves it with etcd. One task at a time; the properties any thread.
/// </summary>
public sealed class EtcdWatch : IDisposable
{
    private readonly EtcdClient _client;
    private readonly string _prefix;
    private readonly CancellationToken _stop;
    private readonly Backoff _backoff;

    // What has been told: keys and the revisions of their last changes.
    private readonly Dictionary<string, long> _told = [];
    private EtcdRestart _restart = EtcdRestart.First;
    private EtcdWatchStream? _stream;
    private long _revision;
    private long _heard;
    private bool _isCompared;
    private volatile Broken? _broken;

    /// <param name="client">Must live as long.</param>
    /// <param name="prefix">Of the keys.</param>
    /// <param name="stop">Ends it: <see cref="NextAsync"/> throws.</param>
    public EtcdWatch(EtcdClient client, string prefix, CancellationToken stop)
    {
        (_client, _prefix, _stop, _backoff) = (client, prefix, stop, new Backoff(client.Time));
        _heard = client.Time.GetTimestamp();
        _broken = new Broken(client.Time.GetUtcNow(), "not asked yet");
    }

    /// <summary>When etcd was heard of last; null while all is well. Before the first batch: since when it has been tried.</summary>
    public DateTimeOffset? StaleSince => _broken?.Since;

    /// <summary>The changes up to here have been told, or there were none.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Why it is stale; null while all is well.</summary>
    public string? Problem => _broken?.Reason;

    /// <summary>Waits for what comes next, as long as it takes: a failure of etcd is waited out.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<EtcdBatch> NextAsync()
    {
        while (true)
        {
            _stop.ThrowIfCancellationRequested();
            try
            {
                if (await TryNextAsync().ConfigureAwait(false) is { } batch)
                {
                    return batch;
                }
            }
            catch (EtcdException error)
            {
                await BreakAsync(error).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _stream?.Dispose();

    private async Task<EtcdBatch?> TryNextAsync()
    {
        if (_stream is { } stream)
        {
            return Take(await stream.NextAsync().ConfigureAwait(false));
        }

        if (_restart == EtcdRestart.None && !_isCompared && !await IsSameStoreAsync().ConfigureAwait(false))
        {
            _restart = EtcdRestart.OtherStore;
        }

        if (_restart != EtcdRestart.None)
        {
            return await CompareAsync().ConfigureAwait(false);
        }

        _stream = await EtcdWatchStream.OpenAsync(_client, _prefix, _revision + 1, _stop).ConfigureAwait(false);
        bool wasBroken = _broken is not null;
        TimeSpan away = Mend();
        return wasBroken ? new EtcdBatch(_revision, EtcdRestart.None, away, []) : null;
    }

    private EtcdBatch? Take(WatchResponse answer)
    {
        List<EtcdChange> changes = new(answer.Events.Count);
        foreach (Event happened in answer.Events)
        {
            var change = new EtcdChange(happened.Type == Event.Types.EventType.Delete, EtcdKeyValue.From(happened.Kv));
            Remember(change);
            changes.Add(change);
        }

        // The header's revision may be ahead of events that follow; without events it says that there are none up to it.
        _revision = changes.Count > 0 ? changes[^1].Entry.ModRevision : Math.Max(_revision, answer.Header.Revision);
        return changes.Count > 0 ? new EtcdBatch(_revision, EtcdRestart.None, TimeSpan.Zero, changes) : null;
    }

    /// <summary>Whether the store still says of the moment that was told last what was told. Another one could go on unnoticed.</summary>
    private async Task<bool> IsSameStoreAsync()
    {
        try
        {
            EtcdRange then = await _client.RangeAsync(_prefix, _revision, keysOnly: true, _stop).ConfigureAwait(false);
            return then.Values.Count == _told.Count
                && then.Values.All(entry => _told.TryGetValue(entry.Key, out long told) && told == entry.ModRevision);
        }
        catch (EtcdException error) when (error.Error == EtcdError.FutureRevision)
        {
            return false;
        }
    }

    private async Task<EtcdBatch> CompareAsync()
    {
        EtcdRange now = await _client.RangeAsync(_prefix, cancel: _stop).ConfigureAwait(false);
        EtcdRestart restart = now.Revision < _revision ? EtcdRestart.OtherStore : _restart;
        List<EtcdChange> changes = Difference(now, restart == EtcdRestart.OtherStore);
        changes.ForEach(Remember);
        (_revision, _restart, _isCompared) = (now.Revision, EtcdRestart.None, true);
        TimeSpan away = Mend();
        if (restart != EtcdRestart.First)
        {
            _client.Log.WatchRestarted(_prefix, _revision, restart);
        }

        return new EtcdBatch(_revision, restart, restart == EtcdRestart.First ? TimeSpan.Zero : away, changes);
    }

    private List<EtcdChange> Difference(EtcdRange now, bool isOtherStore)
    {
        var there = now.Values.Select(entry => entry.Key).ToHashSet();
        var gone = _told.Keys.Where(key => !there.Contains(key))
            .Select(key => new EtcdChange(true, new EtcdKeyValue(key, default, 0, now.Revision, 0)));
        // Equal revisions of different stores say nothing.
        var changed = now.Values.Where(entry => isOtherStore || !_told.TryGetValue(entry.Key, out long told) || told != entry.ModRevision)
            .OrderBy(entry => entry.ModRevision)
            .Select(entry => new EtcdChange(false, entry));
        return [.. gone, .. changed];
    }

    private void Remember(EtcdChange change)
    {
        if (change.IsDeleted)
        {
            _told.Remove(change.Entry.Key);
        }
        else
        {
            _told[change.Entry.Key] = change.Entry.ModRevision;
        }
    }

    private TimeSpan Mend()
    {
        TimeSpan away = _broken is null ? TimeSpan.Zero : _client.Time.GetElapsedTime(_heard);
        if (_broken is not null)
        {
            _client.Log.WatchResumed(_prefix, away, _revision);
        }

        _broken = null;
        _heard = _client.Time.GetTimestamp();
        _backoff.Reset();
        return away;
    }

    private Task BreakAsync(EtcdException error)
    {
        if (_stream is { } stream)
        {
            _heard = stream.Heard;
            _stream = null;
            stream.Dispose();
        }

        _isCompared = false;
        if (error.Error == EtcdError.Compacted)
        {
            _restart = _restart == EtcdRestart.None ? EtcdRestart.Compacted : _restart;
            return Task.CompletedTask;
        }

        if (_broken is null)
        {
            _client.Log.WatchBroken(_prefix, error.Message);
        }

        DateTimeOffset since = _broken?.Since ?? _client.Time.GetUtcNow() - _client.Time.GetElapsedTime(_heard);
        _broken = new Broken(since, error.Message);
        return _backoff.WaitAsync(_stop);
    }

    private sealed record Broken(DateTimeOffset Since, string Reason);
}
