using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>
/// A node's side of the push-managers without its sockets: links what the hub wants at its owner, sends publishes there until they
/// are answered, hands deliveries to the hub once and in order, retains them for the next owner (<c>protocol/cluster.md</c>).
/// One thread, no clock and no transport of its own, so that a test can be all of them.
/// </summary>
internal sealed class ManagerBusCore
{
    /// <summary>How long a publish or a link may wait for an owner.</summary>
    public const int PatienceMs = 5000;

    private const int RetryMs = 50;

    private static readonly Queue<PendingPublish> NoPublishes = new();
    private static readonly Queue<Delivery> NoDeliveries = new();

    private readonly Dictionary<TargetKey, BusTarget> _targets = [];
    private readonly LinkedUsers _users = new();
    private readonly Dictionary<string, ManagerLink> _managers = [];
    private readonly PendingPublishes _pending;
    private readonly Queue<BusTarget> _linkingByAge = new();
    private readonly HashSet<BusTarget> _stalled = [];
    private readonly RecentIds _recent = new();
    private readonly RetainedMessages _retained;
    private readonly string _node;
    private readonly ulong _incarnation;
    private readonly IBusReceiver _hub;
    private ManagerView _view = ManagerView.Empty;
    private long _now;
    private long _retryAt = long.MaxValue;
    private ulong _links;
    private ulong _generation;

    /// <param name="node">This node's name in the registry.</param>
    /// <param name="incarnation">Of this start of it.</param>
    /// <param name="hub">Takes what comes.</param>
    /// <param name="origin">Names this process in the ids of its messages; random.</param>
    public ManagerBusCore(string node, ulong incarnation, IBusReceiver hub, ulong origin)
    {
        (_node, _incarnation, _hub) = (node, incarnation, hub);
        _pending = new PendingPublishes(origin, Counters, RemoveIfUnused);
        _retained = new RetainedMessages(Counters, RemoveIfUnused);
    }

    public BusCounters Counters { get; } = new();

    public int PendingCount => _pending.Count;

    public int TargetCount => _targets.Count + _users.Count;

    public int ManagerCount => _managers.Count;

    /// <summary>The hub has its first member of a room, or connection of a user, here.</summary>
    public void Link(in TargetKey key, ulong number)
    {
        if (key.Kind == Target.Types.Kind.User)
        {
            _users.Link(key, UsableOwner(OwnerOf(key)));
            return;
        }

        BusTarget target = TargetOf(key);
        target.HubNumber = number;
        if (target.IsWanted) return;

        target.IsWanted = true;
        target.WantedAt = _now;
        _linkingByAge.Enqueue(target);
        if (UsableOwner(target.Owner) is { } owner)
        {
            SendLink(target, owner);
        }
    }

    /// <summary>The last one is gone.</summary>
    public void Unlink(in TargetKey key)
    {
        if (key.Kind == Target.Types.Kind.User)
        {
            _users.Unlink(key, UsableOwner(OwnerOf(key)));
        }
        else if (_targets.TryGetValue(key, out BusTarget? target) && target.IsWanted)
        {
            target.IsWanted = false;
            SendUnlink(target);
            // What it retains stays: the last to have a message may be one whose members have left since.
            (target.Epoch, target.Offset) = (Google.Protobuf.ByteString.Empty, 0);
            RemoveIfUnused(target);
        }
    }

    /// <summary>Sends a message to whoever is in a room or connected as a user, wherever that is.</summary>
    public void Publish(in TargetKey key, Payload payload, Action<PublishOutcome> done)
    {
        BusTarget target = TargetOf(key);
        if (_pending.Add(target, payload, _now, done) is not { } pending)
        {
            RemoveIfUnused(target);
        }
        else if (!target.IsStalled && UsableOwner(target.Owner) is { } owner)
        {
            Send(pending, owner);
        }
    }

    /// <summary>Tells the other nodes' members of a room who came or left; where there is no owner just now, nobody.</summary>
    public void Tell(in TargetKey room, Payload payload)
    {
        if (_targets.TryGetValue(room, out BusTarget? target) && target.IsLinked && UsableOwner(target.Owner) is { } owner)
        {
            owner.Add(new FromNode.Types.Step { Tell = new Tell { Target = room.ToTarget(), Payload = payload } });
        }
    }

    /// <summary>The managers have changed.</summary>
    public void Apply(ManagerView view)
    {
        if (view.Name == _view.Name) return;

        _view = view;
        _generation++;
        foreach (BusTarget target in _targets.Values)
        {
            (target.IsLinkSent, target.IsLinked) = (false, false);
            target.Owner = OwnerOf(target.Key);
            Unsend(target);
        }

        foreach (ManagerLink manager in _managers.Values)
        {
            manager.SyncedView = null;
            manager.Add(new FromNode.Types.Step { Moved = _generation });
        }

        foreach (ManagerLink manager in _managers.Values)
        {
            AnswerResync(manager);
        }
    }

    /// <summary>A manager has attached. Another stream of the same manager is void from now on.</summary>
    public ManagerLink Attach(FromManager.Types.Hello hello, IManagerStream stream)
    {
        if (_managers.TryGetValue(hello.Manager, out ManagerLink? before))
        {
            Detach(before);
        }

        var manager = new ManagerLink(hello.Manager, stream);
        _managers.Add(hello.Manager, manager);
        stream.Send(new FromNode
        {
            Hello = new FromNode.Types.Hello { Node = _node, Incarnation = _incarnation, Generation = _generation },
        });
        return manager;
    }

    public void Detach(ManagerLink manager)
    {
        if (!_managers.TryGetValue(manager.Manager, out ManagerLink? current) || !ReferenceEquals(current, manager)) return;

        _managers.Remove(manager.Manager);
        foreach (BusTarget target in _targets.Values.Where(target => target.Owner == manager.Manager))
        {
            (target.IsLinkSent, target.IsLinked) = (false, false);
            Unsend(target);
        }
    }

    public void Receive(ManagerLink manager, FromManager message)
    {
        if (!_managers.TryGetValue(manager.Manager, out ManagerLink? current) || !ReferenceEquals(current, manager)) return;

        ManagerLink.Batch? batch = message.Batch > 0
            ? manager.Begin(message.Batch, message.Steps.Count(step => step.Delivery is not null))
            : null;
        var accepted = new List<Delivery>();
        var places = new List<int>();
        int place = 0;
        foreach (FromManager.Types.Step step in message.Steps)
        {
            switch (step.StepCase)
            {
                case FromManager.Types.Step.StepOneofCase.Linked:
                    // What came before it belongs to the state before it.
                    HandOver(accepted, places, batch, isLast: false);
                    (accepted, places) = ([], []);
                    Linked(manager, step.Linked);
                    break;
                case FromManager.Types.Step.StepOneofCase.Delivery:
                    Verdict verdict = Judge(manager, step.Delivery);
                    if (verdict == Verdict.Accepted)
                    {
                        accepted.Add(step.Delivery);
                        places.Add(place);
                    }
                    else if (batch is not null)
                    {
                        batch.Reached[place] = verdict == Verdict.Refused ? uint.MaxValue : 0;
                    }

                    place++;
                    break;
                case FromManager.Types.Step.StepOneofCase.Published:
                    Published(step.Published);
                    break;
                case FromManager.Types.Step.StepOneofCase.Resync:
                    manager.Asked = step.Resync;
                    AnswerResync(manager);
                    break;
            }
        }

        HandOver(accepted, places, batch, isLast: true);
    }

    /// <summary>Time passes. Milliseconds on any clock that only goes forward.</summary>
    public void Tick(long now)
    {
        _now = now;
        _pending.Expire(now);
        while (_linkingByAge.TryPeek(out BusTarget? oldest) && (oldest.IsLinked || !oldest.IsWanted || now - oldest.WantedAt >= PatienceMs))
        {
            _linkingByAge.Dequeue();
            if (!oldest.IsLinked && oldest.IsWanted && oldest.Epoch.IsEmpty && now - oldest.WantedAt >= PatienceMs)
            {
                _hub.LinkFailed(oldest.Key, oldest.HubNumber);
            }
        }

        if (now >= _retryAt)
        {
            RetryStalled();
        }

        _retained.Expire(now);
        _recent.Expire(now);
    }

    /// <summary>Sends what this turn has produced.</summary>
    public void Flush()
    {
        foreach (ManagerLink manager in _managers.Values)
        {
            manager.Flush();
        }
    }

    private string? OwnerOf(in TargetKey key) => _view.OwnerOf(key.Kind, key.Name.Span);

    private BusTarget TargetOf(in TargetKey key)
    {
        if (!_targets.TryGetValue(key, out BusTarget? target))
        {
            target = new BusTarget(key) { Owner = OwnerOf(key) };
            _targets.Add(key, target);
        }

        return target;
    }

    private void RemoveIfUnused(BusTarget target)
    {
        if (!target.IsWanted && target.Pending is not { Count: > 0 } && target.Retained is not { Count: > 0 })
        {
            _targets.Remove(target.Key);
            _stalled.Remove(target);
        }
    }

    /// <summary>The owner's stream, once all that was there before is linked on it.</summary>
    private ManagerLink? UsableOwner(string? owner) =>
        owner is not null && _managers.TryGetValue(owner, out ManagerLink? manager) && manager.SyncedView == _view.Name ? manager : null;

    private void SendLink(BusTarget target, ManagerLink owner)
    {
        target.LinkNumber = ++_links;
        target.IsLinkSent = true;
        owner.Add(new FromNode.Types.Step
        {
            Link = new Link { Target = target.Key.ToTarget(), Number = target.LinkNumber, Epoch = target.Epoch, Offset = target.Offset },
        });
    }

    private void SendUnlink(BusTarget target)
    {
        if (target.IsLinkSent && _managers.TryGetValue(target.Owner ?? "", out ManagerLink? owner))
        {
            owner.Add(new FromNode.Types.Step { Unlink = target.Key.ToTarget() });
        }

        (target.IsLinkSent, target.IsLinked) = (false, false);
    }

    private static void Send(PendingPublish pending, ManagerLink owner)
    {
        pending.IsSent = true;
        owner.Add(new FromNode.Types.Step { Publish = pending.Publish });
    }

    private void SendPending(BusTarget target, ManagerLink owner)
    {
        foreach (PendingPublish pending in target.Pending ?? NoPublishes)
        {
            if (!pending.IsSent && !pending.IsDone)
            {
                Send(pending, owner);
            }
        }
    }

    /// <summary>What has no answer is sent again when there is an owner to send it to.</summary>
    private void Unsend(BusTarget target)
    {
        target.IsStalled = false;
        _stalled.Remove(target);
        foreach (PendingPublish pending in target.Pending ?? NoPublishes)
        {
            pending.IsSent = false;
        }
    }

    private void AnswerResync(ManagerLink manager)
    {
        if (manager.Asked is not { } asked || asked.View != _view.Name) return;

        manager.Asked = null;
        manager.SyncedView = _view.Name;
        _users.LinkAll(manager, _view);
        foreach (BusTarget target in _targets.Values.Where(target => target.Owner == manager.Manager))
        {
            foreach (Delivery delivery in asked.Retained ? target.Retained ?? NoDeliveries : NoDeliveries)
            {
                manager.Add(new FromNode.Types.Step { Retained = delivery });
            }

            if (target.IsWanted)
            {
                SendLink(target, manager);
            }

            Unsend(target);
            SendPending(target, manager);
        }

        manager.Add(new FromNode.Types.Step { Synced = asked.Number });
    }

    private void Linked(ManagerLink manager, Linked linked)
    {
        if (!_targets.TryGetValue(TargetKey.Of(linked.Target), out BusTarget? target)
            || target.Owner != manager.Manager || target.LinkNumber != linked.Number || !target.IsLinkSent) return;

        bool sameLife = target.Epoch == linked.Epoch;
        ulong offset = linked.First - 1;
        if (sameLife && target.Offset < offset)
        {
            Counters.Missed += (long)(offset - target.Offset);
        }

        if (target.Retained is { } retained && retained.TryPeek(out Delivery? kept) && kept.Epoch != linked.Epoch)
        {
            retained.Clear();
        }

        target.IsLinked = true;
        target.Epoch = linked.Epoch;
        target.Offset = sameLife ? Math.Max(target.Offset, offset) : offset;
        _hub.Linked(target.Key, target.HubNumber, target.Epoch, target.Offset);
    }

    private Verdict Judge(ManagerLink manager, Delivery delivery)
    {
        TargetKey key = TargetKey.Of(delivery.Target);
        if (key.Kind != Target.Types.Kind.Room)
        {
            // Without numbers there is no order to hold: whoever sends it, it comes once.
            return Count(_recent.TryAdd(key, delivery.Id, _now));
        }

        if (OwnerOf(key) != manager.Manager || manager.SyncedView != _view.Name)
        {
            Counters.Refused++;
            return Verdict.Refused;
        }

        if (!_targets.TryGetValue(key, out BusTarget? target) || !target.IsLinked || delivery.Epoch != target.Epoch)
        {
            // Nobody is here any more, or not yet again: who comes gets the number that it starts from with its link.
            return Verdict.Ignored;
        }

        if (delivery.Offset == 0)
        {
            return Verdict.Accepted;
        }

        bool isNew = delivery.Offset > target.Offset;
        if (isNew)
        {
            Counters.Missed += (long)(delivery.Offset - target.Offset - 1);
            target.Offset = delivery.Offset;
            _retained.Add(target, delivery, _now);
        }

        return Count(isNew);
    }

    private Verdict Count(bool isNew)
    {
        if (isNew)
        {
            Counters.Delivered++;
            return Verdict.Accepted;
        }

        Counters.Repeated++;
        return Verdict.Ignored;
    }

    private void HandOver(List<Delivery> accepted, List<int> places, ManagerLink.Batch? batch, bool isLast)
    {
        if (batch is null)
        {
            if (accepted.Count > 0)
            {
                _hub.Deliver(accepted, _ => { });
            }

            return;
        }

        batch.Parts += accepted.Count > 0 ? 1 : 0;
        batch.IsHandedOver |= isLast;
        if (accepted.Count > 0)
        {
            _hub.Deliver(accepted, reached =>
            {
                for (int i = 0; i < reached.Length; i++)
                {
                    batch.Reached[places[i]] = reached[i];
                }

                Interlocked.Increment(ref batch.PartsDone);
            });
        }
    }

    private void Published(Published published)
    {
        if (_pending.Find(published.Id) is not { IsSent: true } pending) return;

        if (published.Code == (uint)StatusCode.Unavailable)
        {
            Stall(pending.Target);
            return;
        }

        _pending.Complete(pending, new PublishOutcome((StatusCode)published.Code, published.Offset, published.Connections));
    }

    /// <summary>The owner's view and this node's differ: everything of the target waits, and is tried again in its order.</summary>
    private void Stall(BusTarget target)
    {
        Unsend(target);
        target.IsStalled = true;
        _stalled.Add(target);
        if (_retryAt == long.MaxValue)
        {
            _retryAt = _now + RetryMs;
        }
    }

    private void RetryStalled()
    {
        _retryAt = long.MaxValue;
        foreach (BusTarget target in _stalled.ToList())
        {
            Unsend(target);
            if (UsableOwner(target.Owner) is { } owner)
            {
                SendPending(target, owner);
            }
        }
    }

    private enum Verdict
    {
        Accepted,
        Ignored,
        Refused,
    }
}
