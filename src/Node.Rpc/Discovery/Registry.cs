using System.Text.Json;
using Microsoft.Extensions.Logging;
using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>
/// Keeps this process in the registry from <see cref="Start"/> until it is disposed: under a lease, written again by itself when that
/// is lost. A later start of the same id takes the place over for good. Any thread.
/// </summary>
public sealed class Registry : IAsyncDisposable
{
    private readonly EtcdClient _client;
    private readonly RegistryOptions _options;
    private readonly string _key;
    private readonly MemberDraft _draft;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private long _modRevision;
    private volatile string? _problem = "not tried yet";

    /// <param name="client">Must live as long.</param>
    /// <param name="self">As it is to be registered first.</param>
    /// <param name="options">Null: the usual ones.</param>
    public Registry(EtcdClient client, Member self, RegistryOptions? options = null)
    {
        if (self.Id.Length == 0 || self.Id.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The id '{self.Id}' cannot be part of a key: it is empty, or has a slash", nameof(self));
        }

        (_client, _options) = (client, options ?? new RegistryOptions());
        _key = $"{_options.Prefix}{self.Role}/{self.Id}";
        _draft = new MemberDraft(self, _options.LoadInterval, client.Time);
    }

    /// <summary>Why it is not registered now; null while it is.</summary>
    public string? Problem => _problem;

    /// <summary>Done when a later start of this process has registered: this one never will again, and should end.</summary>
    public Task Superseded => _superseded.Task;

    /// <summary>Begins to register. Without etcd it goes on trying: that must not keep a process from starting.</summary>
    public void Start() => _running = Background.RunAsync(_client.Log, _key, () => RunAsync(_stopped.Token));

    /// <summary>Takes a new state.</summary>
    /// <returns>Done when etcd has it, as long as that may take.</returns>
    public Task UpdateAsync(MemberState state, CancellationToken cancel = default) => _draft.SetStateAsync(state).WaitAsync(cancel);

    /// <summary>Takes a new load: written when it has moved by a tenth, not more often than the options say. Cheap; never waits.</summary>
    public void UpdateLoad(long connections) => _draft.SetLoad(connections);

    /// <summary>Gone from the registry at once; after the time to live, where etcd cannot be told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        await _stopped.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopped.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(_client.Time);
        while (!stop.IsCancellationRequested && !_superseded.Task.IsCompleted)
        {
            try
            {
                await using EtcdLease lease = await EtcdLease.GrantAsync(_client, _options.TimeToLive, stop).ConfigureAwait(false);
                await HoldAsync(lease, backoff, stop).ConfigureAwait(false);
            }
            catch (EtcdException error)
            {
                SetProblem(error);
                await backoff.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                _problem = stop.IsCancellationRequested ? "stopped" : "its lease was lost";
            }
        }

        _draft.Abandon();
    }

    /// <summary>Writes what there is to write, until the lease is lost, or another start has taken over.</summary>
    private async Task HoldAsync(EtcdLease lease, Backoff backoff, CancellationToken stop)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        Member member = _draft.Wanted;
        while (true)
        {
            try
            {
                if (!await WriteAsync(member, lease.Id, held.Token).ConfigureAwait(false))
                {
                    return;
                }

                _client.Log.Registered(_key, member.State);
                _problem = null;
                backoff.Reset();
                _draft.SetWritten(member);
                member = await _draft.NextAsync(held.Token).ConfigureAwait(false);
            }
            catch (EtcdException error) when (error.Error != EtcdError.LeaseNotFound)
            {
                // Under the same lease: giving that back would take the key, and this process, out of every view.
                SetProblem(error);
                await backoff.WaitAsync(held.Token).ConfigureAwait(false);
                member = _draft.Wanted;
            }
        }
    }

    private void SetProblem(EtcdException error)
    {
        if (_problem != error.Message)
        {
            _problem = error.Message;
            _client.Log.RegistrationFailed(_key, error.Message);
        }
    }

    /// <returns>False: the place belongs to a later start.</returns>
    private async Task<bool> WriteAsync(Member member, long lease, CancellationToken cancel)
    {
        byte[] json = member.ToJson();
        while (true)
        {
            EtcdTxn txn = new EtcdTxn().IfModRevision(_key, _modRevision).Put(_key, json, lease).ElseGet(_key);
            EtcdTxnResult result = await _client.TxnAsync(txn, cancel).ConfigureAwait(false);
            if (result.Succeeded)
            {
                _modRevision = result.Revision;
                return true;
            }

            // An earlier start's entry, our own of an earlier lease or of an answer that was lost, or nothing.
            EtcdKeyValue? there = result.Read[0];
            if (there is { } other && IncarnationOf(other) is long incarnation && incarnation > member.Incarnation)
            {
                _client.Log.Superseded(_key, incarnation);
                _problem = "a later start of this process is registered";
                _superseded.SetResult();
                return false;
            }

            _modRevision = there?.ModRevision ?? 0;
        }
    }

    /// <summary>Null: it is no member's, and may be overwritten.</summary>
    private static long? IncarnationOf(EtcdKeyValue entry)
    {
        try
        {
            return Member.Parse(entry.Value.Span).Incarnation;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
