using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Node.Connect.Cluster.Stores;
using Node.Host;
using Node.Protocol.Bus;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;

namespace Node.Connect.Cluster.Etcd;

/// <summary>
/// etcd as a bus: a key a target, whose value is the latest batch. A room's batch carries the number of its first message and is put only where
/// the key has not changed since, so the revisions' order is the numbers' order; everybody watches, and watches leave nothing out. Who
/// loses gets the new state with the refusal and tries again. What a turn has leaves in one transaction, of which each room decides for itself.
/// All keys go with the node's lease, or a minute after their last batch where nobody here is; who still has members of such a room has seen
/// all of it, and puts it back.
/// </summary>
internal sealed class EtcdBusStore : IBusStore
{
    // Longer than etcd is away for a restart: a room whose key is gone begins another life.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(60);

    // Below etcd's limit of 1.5 MiB on a request.
    private const int MaxTxnBytes = 1_250_000;

    private readonly Dictionary<TargetKey, EtcdRoom> _rooms = [];
    private readonly HashSet<TargetKey> _watched = [];
    private readonly LinkedList<StoreBatch> _waiting = [];
    private readonly EtcdOwnKeys _own = new();
    private readonly EtcdClient _client;
    private readonly StoreHealth _health;
    private IBusStoreEvents _events = null!;
    private WorkThread _thread = null!;
    private EtcdBusFeed? _feed;
    private EtcdLease? _lease;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _isLeaseGone;

    /// <param name="options">Of etcd; it should compact by itself (see <c>protocol/cluster.md</c>).</param>
    /// <param name="log">Takes what an operator wants to know.</param>
    public EtcdBusStore(EtcdOptions options, ILogger log)
    {
        _client = new EtcdClient(options, log);
        _health = new StoreHealth(log, "etcd");
    }

    public string? Problem => _health.Problem ?? _feed?.Problem;

    public void Start(IBusStoreEvents events, WorkThread thread)
    {
        (_events, _thread) = (events, thread);
        _feed = new EtcdBusFeed(_client, thread.Post, Take);
    }

    public void Watch(in TargetKey target) => _watched.Add(target);

    public void Unwatch(in TargetKey target)
    {
        _watched.Remove(target);
        _rooms.Remove(target);
    }

    public void Send(StoreBatch batch) => _waiting.AddLast(batch);

    public void Flush()
    {
        if (_isWriting)
        {
            return;
        }

        if (_waiting.Count > 0)
        {
            _isWriting = true;
            _writing = _lease is { IsAlive: true } lease && !_isLeaseGone ? WriteAsync(lease) : GrantAsync();
        }
        else if (_own.TakeOld(_watched) is { Count: > 0 } old)
        {
            _isWriting = true;
            _writing = ForgetAsync(old);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_feed is not null)
        {
            await _feed.DisposeAsync().ConfigureAwait(false);
        }

        await _writing.ConfigureAwait(false);
        if (_lease is not null)
        {
            await _lease.DisposeAsync().ConfigureAwait(false);
        }

        _client.Dispose();
    }

    /// <summary>Runs a call beside the thread, and what follows from it on the thread.</summary>
    private async Task CallAsync(Func<Task<Action>> call, Action<EtcdException> failed)
    {
        Action then;
        try
        {
            then = await call().ConfigureAwait(false);
        }
        catch (EtcdException error)
        {
            then = () =>
            {
                _health.Failed(error.Message);
                failed(error);
            };
        }
        catch (Exception fault)
        {
            // A bug of our own: told by the thread.
            then = () => ExceptionDispatchInfo.Throw(fault);
        }

        _thread.Post(() =>
        {
            _isWriting = false;
            then();
        });
    }

    private Task GrantAsync() => CallAsync(
        async () =>
        {
            EtcdLease? lost = _lease;
            EtcdLease granted = await EtcdLease.GrantAsync(_client, TimeToLive).ConfigureAwait(false);
            _lease = granted;
            if (lost is not null)
            {
                await lost.DisposeAsync().ConfigureAwait(false);
            }

            return () => _isLeaseGone = false;
        },
        _ => RefuseWaiting());

    private Task WriteAsync(EtcdLease lease)
    {
        var txn = new EtcdTxn();
        List<(StoreBatch Batch, BusBatch Message)> parts = [];
        for (int bytes = 0; _waiting.First is { } first && parts.Count < _client.Options.MaxTxnOperations - 1;)
        {
            StoreBatch batch = first.Value;
            BusBatch message = MessageOf(batch);
            int size = message.CalculateSize();
            if (parts.Count > 0 && bytes + size > MaxTxnBytes)
            {
                break;
            }

            _waiting.RemoveFirst();
            if (!batch.IsSettled)
            {
                bytes += size;
                txn.Try(PutOf(batch, message, lease));
                parts.Add((batch, message));
            }
        }

        return CallAsync(
            async () =>
            {
                EtcdTxnResult result = await _client.TxnAsync(txn).ConfigureAwait(false);
                return () => Written(parts, result);
            },
            error => Failed(parts, error));
    }

    private BusBatch MessageOf(StoreBatch batch)
    {
        BusBatch message = batch.ToMessage();
        if (batch.Target.Kind == Target.Types.Kind.Room)
        {
            (message.Epoch, message.First) = _rooms.GetValueOrDefault(batch.Target, EtcdRoom.Unknown).Number(batch);
        }

        return message;
    }

    private EtcdTxn PutOf(StoreBatch batch, BusBatch message, EtcdLease lease)
    {
        string key = EtcdBusKeys.Of(batch.Target);
        EtcdTxn put = new EtcdTxn().Put(key, message.ToByteArray(), lease.Id);
        return batch.Target.Kind == Target.Types.Kind.Room
            ? put.IfModRevision(key, _rooms.GetValueOrDefault(batch.Target, EtcdRoom.Unknown).Revision).ElseGet(key)
            : put;
    }

    private void Written(List<(StoreBatch Batch, BusBatch Message)> parts, EtcdTxnResult result)
    {
        _health.Works();
        LinkedListNode<StoreBatch>? behind = null;
        for (int i = 0; i < parts.Count; i++)
        {
            (StoreBatch batch, BusBatch message) = parts[i];
            if (result.Parts[i].Succeeded)
            {
                _own.Note(batch.Target, result.Revision);
                Keep(batch.Target, EtcdRoom.Of(result.Revision, message));
                _events.Taken(batch, message.First, null);
            }
            else if (result.Parts[i].Read[0] is { } found)
            {
                // Somebody was quicker. Before the others again, so that it does not lose for ever.
                Note(batch.Target, Read(found, result.Revision));
                behind = behind is null ? _waiting.AddFirst(batch) : _waiting.AddAfter(behind, batch);
            }
            else
            {
                // The watch has not come to where the key goes: only then it is known what was the last of that life.
                _events.NotTaken(batch);
            }
        }
    }

    private void Failed(List<(StoreBatch Batch, BusBatch Message)> parts, EtcdException error)
    {
        bool isUndecided = error.Error == EtcdError.Undecided;
        _isLeaseGone |= error.Error == EtcdError.LeaseNotFound;
        foreach ((StoreBatch batch, _) in parts)
        {
            if (isUndecided)
            {
                _events.Undecided(batch);
            }
            else
            {
                _events.NotTaken(batch);
            }
        }

        RefuseWaiting();
    }

    /// <summary>All of them come again after a pause, and not each after the failure of the one before.</summary>
    private void RefuseWaiting()
    {
        StoreBatch[] waiting = [.. _waiting];
        _waiting.Clear();
        Array.ForEach(waiting, _events.NotTaken);
    }

    private Task ForgetAsync(IReadOnlyList<(TargetKey Target, long Revision)> old)
    {
        var txn = new EtcdTxn();
        foreach ((TargetKey target, long revision) in old)
        {
            string key = EtcdBusKeys.Of(target);
            txn.Try(new EtcdTxn().IfModRevision(key, revision).Delete(key));
        }

        return CallAsync(
            async () =>
            {
                await _client.TxnAsync(txn).ConfigureAwait(false);
                return _health.Works;
            },
            _ => _own.PutBack(old));
    }

    private EtcdRoom Read(in EtcdKeyValue found, long revision) => BatchOf(found, isRoom: true) is { } batch
        ? EtcdRoom.Of(found.ModRevision, batch) with { Since = revision }
        : EtcdRoom.Missing(revision) with { Revision = found.ModRevision };

    /// <returns>Null: somebody else has written there. Of a room, the next batch takes its place.</returns>
    private BusBatch? BatchOf(in EtcdKeyValue entry, bool isRoom)
    {
        try
        {
            BusBatch batch = BusBatch.Parser.ParseFrom(entry.Value.Span);
            if (!isRoom || (batch.Epoch.Length > 0 && batch.First > 0))
            {
                return batch;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // As below.
        }

        _health.Ignored(entry.Key);
        return null;
    }

    /// <summary>What is known of a room is of use while there are members here, or somebody waits to put a batch.</summary>
    private void Keep(in TargetKey target, in EtcdRoom room)
    {
        if (_watched.Contains(target))
        {
            Note(target, room);
        }
        else
        {
            _rooms.Remove(target);
        }
    }

    /// <summary>The newest holds: answers and changes overtake each other.</summary>
    private void Note(in TargetKey target, in EtcdRoom room)
    {
        if (target.Kind == Target.Types.Kind.Room && (!_rooms.TryGetValue(target, out EtcdRoom known) || room.Since >= known.Since))
        {
            _rooms[target] = room;
        }
    }

    private void Take(EtcdBatch batch)
    {
        if (batch.Restart == EtcdRestart.OtherStore)
        {
            // What it says is of another time: the rooms find their places by linking anew.
            _rooms.Clear();
            _events.Restarted();
            return;
        }

        foreach (EtcdChange change in batch.Changes)
        {
            if (EtcdBusKeys.TargetOf(change.Entry.Key) is { } target)
            {
                Take(target, change, batch.Restart);
            }
        }
    }

    private void Take(in TargetKey target, in EtcdChange change, EtcdRestart restart)
    {
        _own.Changed(target, change.Entry.ModRevision);
        bool isRoom = target.Kind == Target.Types.Kind.Room;
        if (!_watched.Contains(target) && !_rooms.ContainsKey(target) && target.Kind != Target.Types.Kind.Everybody)
        {
            return;
        }

        if (!change.IsDeleted)
        {
            Take(target, change.Entry, restart == EtcdRestart.First && !isRoom);
        }
        else if (isRoom && _rooms.GetValueOrDefault(target, EtcdRoom.Unknown) is var room && room.Since < change.Entry.ModRevision)
        {
            // After a compaction nobody knows what else was written before it was deleted.
            long revision = change.Entry.ModRevision;
            Note(target, restart == EtcdRestart.None ? room.DeletedAt(revision) : EtcdRoom.Missing(revision));
            _events.Forgotten(target);
        }
    }

    /// <param name="target">Whose key it is.</param>
    /// <param name="entry">Its value.</param>
    /// <param name="isVoid">From before this node watched, and without numbers: nobody here waits for it.</param>
    private void Take(in TargetKey target, in EtcdKeyValue entry, bool isVoid)
    {
        if (!isVoid && BatchOf(entry, target.Kind == Target.Types.Kind.Room) is { } batch)
        {
            Note(target, EtcdRoom.Of(entry.ModRevision, batch));
            _events.Received(target, batch);
        }
    }
}
