using System.Globalization;
using System.Text;
using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>
/// Who is registered, followed from <see cref="Start"/> until it is disposed. Without etcd the last view stays in force, and says so.
/// When etcd is back, nobody leaves the view for <see cref="RegistryOptions.Grace"/> only because etcd has lost him: until all are
/// there again, or that time is up, the last view stays. Each view is one that etcd really had; none is put together here.
/// A process that acts by the numbers of views starts this before it registers itself. Any thread.
/// </summary>
public sealed class RegistryView : IAsyncDisposable
{
    private static readonly TimeSpan RaiseInterval = TimeSpan.FromSeconds(1);

    private readonly EtcdClient _client;
    private readonly RegistryOptions _options;
    private readonly RegistryState _state;
    private readonly EtcdWatch _watch;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource<RegistrySnapshot> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;
    private volatile RegistrySnapshot _current = RegistrySnapshot.Empty;
    private volatile Hold? _hold;
    private bool _hasNews;
    private long _floor;
    private long _recoveredAt;
    private bool _isInGrace;

    /// <param name="client">Must live as long.</param>
    /// <param name="options">Null: the usual ones.</param>
    public RegistryView(EtcdClient client, RegistryOptions? options = null)
    {
        (_client, _options) = (client, options ?? new RegistryOptions());
        _state = new RegistryState(_options.Prefix, client.Log);
        _watch = new EtcdWatch(client, _options.Prefix, _stopped.Token);
    }

    /// <summary>Raised with each new view, in order, on a thread of the pool. A handler must not block.</summary>
    public event Action<RegistrySnapshot>? Changed;

    /// <summary>Empty until etcd has been heard of for the first time.</summary>
    public RegistrySnapshot Current => _current;

    /// <summary>Whether there may be newer members than <see cref="Current"/> shows.</summary>
    public bool IsStale => StaleSince is not null;

    /// <summary>Since when; null: not stale.</summary>
    public DateTimeOffset? StaleSince => _watch.StaleSince ?? _hold?.Since;

    /// <summary>Why it is stale; null: it is not.</summary>
    public string? Problem => _watch.Problem ?? (_hold is null ? null : "etcd is back, and waits for members to register again");

    public void Start() => _following = Background.RunAsync(_client.Log, $"the view of {_options.Prefix}", FollowAsync);

    /// <summary>Waits for the first view.</summary>
    public Task<RegistrySnapshot> FirstAsync(CancellationToken cancel = default) => _first.Task.WaitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        await _stopped.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _watch.Dispose();
        _first.TrySetCanceled();
        _stopped.Dispose();
    }

    private async Task FollowAsync()
    {
        Task<EtcdBatch> next = _watch.NextAsync();
        while (true)
        {
            if (_hold is { } hold)
            {
                await Task.WhenAny(next, Task.Delay(hold.Wait, _client.Time, _stopped.Token)).ConfigureAwait(false);
                _stopped.Token.ThrowIfCancellationRequested();
            }

            if (_hold is null || next.IsCompleted)
            {
                Apply(await next.ConfigureAwait(false));
                next = _watch.NextAsync();
            }

            await PublishAsync().ConfigureAwait(false);
        }
    }

    private void Apply(EtcdBatch batch)
    {
        _state.Apply(batch);
        _hasNews |= batch.Changes.Count > 0 || batch.Restart != EtcdRestart.None;
        if (batch.Restart == EtcdRestart.OtherStore)
        {
            _floor = _current.Number + 1;
        }

        // Leases are renewed three times within their time: a shorter silence cannot have cost anybody his.
        if (batch.Restart == EtcdRestart.OtherStore || batch.Away > _options.TimeToLive / 2)
        {
            (_isInGrace, _recoveredAt) = (true, _client.Time.GetTimestamp());
        }
    }

    private async Task PublishAsync()
    {
        if (_state.Number < _floor)
        {
            _hold = new Hold(_hold?.Since ?? _client.Time.GetUtcNow(), RaiseInterval);
            await RaiseBaseAsync().ConfigureAwait(false);
            return;
        }

        TimeSpan grace = _options.Grace - _client.Time.GetElapsedTime(_recoveredAt);
        _isInGrace &= grace > TimeSpan.Zero;
        if (_isInGrace && !_state.HasAllOf(_current))
        {
            if (_hold is null)
            {
                _client.Log.MembersMissing(grace);
            }

            _hold = new Hold(_hold?.Since ?? _client.Time.GetUtcNow(), grace);
            return;
        }

        _hold = null;
        if (_hasNews)
        {
            _hasNews = false;
            _current = _state.ToSnapshot();
            _first.TrySetResult(_current);
            Tell(_current);
        }
    }

    /// <summary>Makes this etcd count on from the last number; another process may be quicker, or know a higher one.</summary>
    private async Task RaiseBaseAsync()
    {
        long raised = _floor - _state.Revision;
        _client.Log.CountsFromBase(_state.Revision, _floor);
        try
        {
            await _client.TxnAsync(
                new EtcdTxn()
                    .IfModRevision(_state.BaseKey, _state.BaseModRevision)
                    .Put(_state.BaseKey, Encoding.UTF8.GetBytes(raised.ToString(CultureInfo.InvariantCulture))),
                _stopped.Token).ConfigureAwait(false);
        }
        catch (EtcdException)
        {
            // Tried again with the next batch, or after a while.
        }
    }

    private void Tell(RegistrySnapshot snapshot)
    {
        foreach (Action<RegistrySnapshot> handler in (Changed?.GetInvocationList() ?? []).Cast<Action<RegistrySnapshot>>())
        {
            try
            {
                handler(snapshot);
            }
            catch (Exception error)
            {
                _client.Log.HandlerFailed(error);
            }
        }
    }

    /// <param name="Since">When the view stopped to follow.</param>
    /// <param name="Wait">Until it is worth looking again.</param>
    private sealed record Hold(DateTimeOffset Since, TimeSpan Wait);
}
