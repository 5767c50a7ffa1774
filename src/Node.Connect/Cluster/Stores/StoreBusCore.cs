using Google.Protobuf;
using Node.Hub;
using Node.Protocol.Bus;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>
/// A bus over a store without the store: gathers what a turn has for a target into one batch, one on its way at a time, so that a sender's
/// messages keep their order; takes batches as they come, gives their messages to the hub by their numbers, and counts what is missing. A
/// link is a batch like any other: when it comes back, whatever comes after it does. One thread, no clock of its own.
/// </summary>
internal sealed class StoreBusCore : IBusStoreEvents
{
    /// <summary>How long a publish or a link may wait for the store.</summary>
    public const int PatienceMs = 5000;

    private const int RetryMs = 50;
    private const int LinkAgainMs = 500;
    private const int MaxBatchMessages = 512;
    private const int MaxBatchBytes = 256 * 1024;
    private const int MaxTells = 10_000;

    private readonly Dictionary<TargetKey, StoreTarget> _targets = [];
    private readonly Dictionary<ulong, StoreBatch> _batches = [];
    private readonly Queue<(StoreBatch Batch, long SentAt)> _batchesByAge = new();
    private readonly Queue<StoreTarget> _ready = new();
    private readonly Queue<(StoreBatch Batch, long At)> _retries = new();
    private readonly HashSet<StoreTarget> _linking = [];
    private readonly List<Delivery> _deliveries = [];
    private readonly StorePublishes _publishes;
    private readonly IBusReceiver _hub;
    private readonly IBusStore _store;
    private readonly ulong _origin;
    private ulong _numbers;
    private ulong _links;
    private int _tells;
    private long _now;
    private long _linksCheckedAt;

    /// <param name="hub">Takes what comes.</param>
    /// <param name="store">Carries it.</param>
    /// <param name="origin">Names this process in its batches; random.</param>
    public StoreBusCore(IBusReceiver hub, IBusStore store, ulong origin)
    {
        (_hub, _store, _origin) = (hub, store, origin);
        _publishes = new StorePublishes(Counters);
    }

    public BusCounters Counters { get; } = new();

    public int PendingCount => _publishes.Count;

    public int TargetCount => _targets.Count;

    /// <summary>The hub has its first member of a room, or connection of a user, here.</summary>
    public void Link(in TargetKey key, ulong number)
    {
        _store.Watch(key);
        if (key.Kind == Target.Types.Kind.Room)
        {
            StoreTarget room = TargetOf(key);
            (room.IsWanted, room.HubNumber, room.WantedAt) = (true, number, _now);
            LinkAgain(room);
        }
    }

    /// <summary>The last one is gone.</summary>
    public void Unlink(in TargetKey key)
    {
        _store.Unwatch(key);
        if (_targets.TryGetValue(key, out StoreTarget? room))
        {
            (room.IsWanted, room.IsLinkDue, room.Epoch, room.Offset) = (false, false, "", 0);
            _linking.Remove(room);
            RemoveIfUnused(room);
        }
    }

    /// <summary>Sends a message to whoever is in a room, connected as a user, or there at all, wherever that is.</summary>
    public void Publish(in TargetKey key, Payload payload, Action<BusAnswer> done)
    {
        if (_publishes.Add(payload, _now, done) is { } publish)
        {
            StoreTarget target = TargetOf(key);
            target.Waiting.Enqueue(publish);
            Ready(target);
        }
    }

    /// <summary>Tells the other nodes' members of a room who came or left; where too much of that waits, nobody.</summary>
    public void Tell(in TargetKey key, Payload payload)
    {
        if (_tells < MaxTells && _targets.TryGetValue(key, out StoreTarget? room))
        {
            _tells++;
            room.Tells.Enqueue(payload);
            Ready(room);
        }
    }

    /// <summary>Time passes. Milliseconds on any clock that only goes forward.</summary>
    public void Tick(long now)
    {
        _now = now;
        _publishes.Expire(now);
        while (_batchesByAge.TryPeek(out (StoreBatch Batch, long SentAt) oldest) && now - oldest.SentAt >= PatienceMs)
        {
            _batchesByAge.Dequeue();
            if (oldest.Batch.SentAt == oldest.SentAt)
            {
                Undecided(oldest.Batch);
                _batches.Remove(oldest.Batch.Number);
            }
        }

        while (_retries.TryPeek(out (StoreBatch Batch, long At) retry) && now >= retry.At)
        {
            _retries.Dequeue();
            SendAgain(retry.Batch);
        }

        if (now - _linksCheckedAt >= LinkAgainMs)
        {
            _linksCheckedAt = now;
            CheckLinks();
        }
    }

    /// <summary>Sends what this turn has gathered, and hands on what it has brought.</summary>
    public void Flush()
    {
        HandOver();
        while (_ready.TryDequeue(out StoreTarget? target))
        {
            target.IsReady = false;
            if (target.InFlight is null && target.HasWork)
            {
                target.InFlight = Gather(target);
                Send(target.InFlight);
            }

            RemoveIfUnused(target);
        }

        _store.Flush();
    }

    public void Received(in TargetKey key, BusBatch batch)
    {
        if (batch.Origin == _origin && _batches.TryGetValue(batch.Number, out StoreBatch? own))
        {
            CameBack(own, batch.First);
        }

        if (key.Kind != Target.Types.Kind.Room)
        {
            Counters.Delivered += batch.Messages.Count;
            foreach (Payload message in batch.Messages)
            {
                Deliver(key, message, 0);
            }
        }
        else if (_targets.TryGetValue(key, out StoreTarget? room) && room.IsWanted)
        {
            ReceivedIn(room, batch);
        }
    }

    public void Taken(StoreBatch batch, ulong first, ulong? reached)
    {
        Complete(batch, first, reached);
        Settle(batch);
    }

    public void NotTaken(StoreBatch batch)
    {
        if (!batch.IsSettled)
        {
            _retries.Enqueue((batch, _now + RetryMs));
        }
    }

    public void Undecided(StoreBatch batch)
    {
        Settle(batch);
        if (batch.CameBackAs is { } first)
        {
            Complete(batch, first, null);
        }
    }

    public void Forgotten(in TargetKey room)
    {
        if (_targets.TryGetValue(room, out StoreTarget? target) && target.IsWanted)
        {
            LinkAgain(target);
        }
    }

    public void Dropped() => Interlocked.Increment(ref Counters.Dropped);

    public void Restarted()
    {
        foreach (StoreTarget target in _targets.Values.Where(target => target.IsWanted))
        {
            LinkAgain(target);
        }
    }

    private StoreTarget TargetOf(in TargetKey key)
    {
        if (!_targets.TryGetValue(key, out StoreTarget? target))
        {
            target = new StoreTarget(key);
            _targets.Add(key, target);
        }

        return target;
    }

    private void RemoveIfUnused(StoreTarget target)
    {
        if (!target.IsWanted && !target.HasWork && target.InFlight is null && !target.IsReady)
        {
            _targets.Remove(target.Key);
        }
    }

    private void Ready(StoreTarget target)
    {
        if (!target.IsReady && target.InFlight is null)
        {
            target.IsReady = true;
            _ready.Enqueue(target);
        }
    }

    private void LinkAgain(StoreTarget room)
    {
        // A batch of an earlier link that comes now may come by a way that is no more.
        room.LinkNumber = ++_links;
        room.IsLinkDue = true;
        room.LinkSentAt = _now;
        _linking.Add(room);
        Ready(room);
    }

    private void CheckLinks()
    {
        foreach (StoreTarget room in _linking.Where(room => _now - room.LinkSentAt >= LinkAgainMs).ToList())
        {
            if (room.Epoch.Length == 0 && _now - room.WantedAt >= PatienceMs)
            {
                _linking.Remove(room);
                room.IsLinkDue = false;
                _hub.LinkFailed(room.Key, room.HubNumber);
            }
            else
            {
                room.IsLinkDue = true;
                Ready(room);
            }
        }
    }

    private StoreBatch Gather(StoreTarget target)
    {
        var batch = new StoreBatch(target.Key, _origin, ++_numbers, target.IsLinkDue ? target.LinkNumber : 0);
        target.LinkSentAt = target.IsLinkDue ? _now : target.LinkSentAt;
        target.IsLinkDue = false;
        for (int bytes = 0; batch.Publishes.Count < MaxBatchMessages && target.Waiting.TryPeek(out StorePublish? next);)
        {
            bytes += next.Bytes;
            if (bytes > MaxBatchBytes && batch.Publishes.Count > 0)
            {
                break;
            }

            target.Waiting.Dequeue();
            if (!next.IsDone)
            {
                batch.Add(next);
            }
        }

        for (int i = 0; i < MaxBatchMessages && target.Tells.TryDequeue(out Payload? tell); i++)
        {
            _tells--;
            batch.Add(tell);
        }

        return batch;
    }

    private void Send(StoreBatch batch)
    {
        if (batch.IsEmpty)
        {
            Settle(batch);
            return;
        }

        if (_targets.TryGetValue(batch.Target, out StoreTarget? target))
        {
            (batch.KnownEpoch, batch.KnownOffset) = (target.Epoch, target.Offset);
        }

        batch.SentAt = _now;
        _batches[batch.Number] = batch;
        _batchesByAge.Enqueue((batch, _now));
        _store.Send(batch);
    }

    private void SendAgain(StoreBatch batch)
    {
        if (!batch.IsSettled)
        {
            batch.Trim();
            Send(batch);
        }
    }

    /// <summary>The store has it, whatever it said. As long as it has not, its own answer knows more.</summary>
    private void CameBack(StoreBatch batch, ulong first)
    {
        batch.CameBackAs = first;
        if (batch.IsSettled)
        {
            Complete(batch, first, null);
        }
    }

    private void Complete(StoreBatch batch, ulong first, ulong? reached)
    {
        bool isRoom = batch.Target.Kind == Target.Types.Kind.Room;
        for (int i = 0; i < batch.Publishes.Count; i++)
        {
            _publishes.Complete(batch.Publishes[i], new BusAnswer(BusOutcome.Done, isRoom ? first + (ulong)i : 0, reached));
        }
    }

    /// <summary>The next batch of its target may go.</summary>
    private void Settle(StoreBatch batch)
    {
        batch.IsSettled = true;
        if (_targets.TryGetValue(batch.Target, out StoreTarget? target) && ReferenceEquals(target.InFlight, batch))
        {
            target.InFlight = null;
            Ready(target);
        }
    }

    private void ReceivedIn(StoreTarget room, BusBatch batch)
    {
        if (batch.Origin == _origin && batch.Link == room.LinkNumber)
        {
            _linking.Remove(room);
        }
        else if (room.Epoch.Length == 0)
        {
            // Not linked yet: who waits to join gets what comes after the link.
            return;
        }

        // Of the same life it may begin beyond what came: a batch without messages says so, too.
        if (batch.Epoch != room.Epoch || batch.First > room.Offset + 1)
        {
            Enter(room, batch);
        }

        for (int i = 0; i < batch.Messages.Count; i++)
        {
            Accept(room, batch.Messages[i], batch.First + (ulong)i);
        }

        foreach (Payload tell in batch.Origin == _origin ? [] : batch.Tells)
        {
            Deliver(room.Key, tell, 0);
        }
    }

    /// <summary>The room goes on from a batch's first number, perhaps in another life; what is missing up to there never came.</summary>
    private void Enter(StoreTarget room, BusBatch batch)
    {
        ulong offset = batch.First - 1;
        Counters.Missed += room.Epoch.Length > 0 && room.Offset < offset ? (long)(offset - room.Offset) : 0;
        (room.Epoch, room.Offset) = (batch.Epoch, offset);
        HandOver();
        _hub.Linked(room.Key, room.HubNumber, ByteString.CopyFromUtf8(room.Epoch), room.Offset);
    }

    private void Accept(StoreTarget room, Payload message, ulong offset)
    {
        if (offset <= room.Offset)
        {
            Counters.Repeated++;
            return;
        }

        Counters.Delivered++;
        room.Offset = offset;
        Deliver(room.Key, message, offset);
    }

    private void Deliver(in TargetKey key, Payload message, ulong offset) =>
        _deliveries.Add(new Delivery { Target = key.ToTarget(), Payload = message, Offset = offset });

    private void HandOver()
    {
        if (_deliveries.Count > 0)
        {
            _hub.Deliver(_deliveries.ToArray(), static _ => { });
            _deliveries.Clear();
        }
    }
}
