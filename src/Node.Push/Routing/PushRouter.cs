using System.Diagnostics;
using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>
/// A push-manager without its sockets: who is linked to what, which message has which number, who has acknowledged it
/// (<c>protocol/cluster.md</c>). One thread, no clock and no transport of its own, so that a test can be all of them.
/// </summary>
/// <param name="id">This manager's name in the registry.</param>
/// <param name="random">Makes epochs.</param>
internal sealed class PushRouter(string id, Random random)
{
    /// <summary>How long a node may take to acknowledge before a push is answered without it.</summary>
    public const int AcknowledgeMs = 2000;

    /// <summary>How long nodes may take to link what is theirs after a change of the managers.</summary>
    public const int SettleMs = 5000;

    private readonly Dictionary<TargetKey, TargetState> _targets = [];
    private readonly UserTargets _users = new();
    private readonly Dictionary<string, NodeLink> _nodes = [];
    private readonly Dictionary<string, NodeLink> _absent = [];
    private readonly HashSet<TargetState> _unsettled = [];
    private readonly RecentMessages _recent = new();
    private readonly Queue<PushedMessage> _unanswered = new();
    private IReadOnlySet<string> _registered = new HashSet<string>();
    private ManagerView _view = ManagerView.Empty;
    private ulong _resyncs;
    private long _settleBy = long.MaxValue;
    private long _now;
    private ulong _epochs;

    public RouterCounters Counters { get; } = new();

    /// <summary>Nodes that are attached.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Rooms and users that somebody is linked to.</summary>
    public int TargetCount => _targets.Count + _users.Count;

    /// <summary>Nothing waits for nodes to link.</summary>
    public bool IsSettled => _settleBy == long.MaxValue;

    /// <summary>Which manager owns a target; null while there is none.</summary>
    public string? OwnerOf(in TargetKey target) => _view.OwnerOf(target.Kind, target.Name.Span);

    /// <summary>The managers have changed.</summary>
    public void Apply(ManagerView view)
    {
        if (view.Name == _view.Name)
        {
            return;
        }

        _view = view;
        foreach (TargetState target in _targets.Values.Where(target => !IsOwned(target.Key)).ToList())
        {
            Drop(target);
        }

        _users.Move(message => IsOwned(message.Target), _unanswered, _recent);
        AskAll();
    }

    /// <summary>The nodes of the registry have changed.</summary>
    public void Apply(IReadOnlySet<string> registered)
    {
        _registered = registered;
        foreach (NodeLink gone in _absent.Values.Where(node => !registered.Contains(node.Node)).ToList())
        {
            Forget(gone);
        }

        SettleIfSynced();
    }

    /// <summary>A node has said who it is. Another stream of the same node is void from now on.</summary>
    /// <returns>Null when a later start of the node is attached already.</returns>
    public NodeLink? Attach(FromNode.Types.Hello hello, INodeStream stream)
    {
        if (_nodes.TryGetValue(hello.Node, out NodeLink? before))
        {
            if (before.Incarnation > hello.Incarnation)
            {
                return null;
            }

            Detach(before);
        }

        var node = new NodeLink(hello, stream);
        _absent.TryGetValue(hello.Node, out NodeLink? absent);
        bool isBack = absent?.Incarnation == hello.Incarnation;
        if (isBack)
        {
            _absent.Remove(hello.Node);
            node.Inherit(absent!);
        }
        else if (absent is not null)
        {
            Forget(absent);
        }

        _nodes.Add(hello.Node, node);
        if (isBack && absent!.Generation != hello.Generation && absent.Synced == _resyncs)
        {
            // It has taken other views meanwhile, in which others may have numbered what is owned here.
            AskAll();
        }
        else
        {
            Ask(node);
        }

        return node;
    }

    /// <summary>A stream has ended. What the node is linked to stays so for a while: it is likely to come back, and to miss nothing.</summary>
    public void Detach(NodeLink node)
    {
        node.Break("the node has another stream, or its stream has ended", _now);
        if (_nodes.TryGetValue(node.Node, out NodeLink? current) && ReferenceEquals(current, node))
        {
            _nodes.Remove(node.Node);
            node.Targets.UnionWith(node.Stale);
            _absent[node.Node] = node;
        }
    }

    public void Receive(NodeLink node, FromNode message)
    {
        if (node.IsBroken)
        {
            return;
        }

        foreach (FromNode.Types.Step step in message.Steps)
        {
            Receive(node, step);
        }

        if (message.Ack is { } ack)
        {
            node.Acknowledge(ack);
        }
    }

    /// <summary>A push of an application, to a target that is owned here.</summary>
    public void Push(in TargetKey target, MessageId messageId, Payload payload, Action<PushOutcome> done) =>
        Publish(target, messageId, payload, done);

    /// <summary>Says something about a room to its members that is no message of it: who came, who left.</summary>
    /// <param name="room">Its members.</param>
    /// <param name="payload">What they get.</param>
    /// <param name="except">A node that knows already.</param>
    public void Tell(in TargetKey room, Payload payload, NodeLink? except = null)
    {
        if (_targets.TryGetValue(room, out TargetState? state) && state.IsSettled)
        {
            var delivery = new Delivery { Target = room.ToTarget(), Id = new MessageId(), Payload = payload, Epoch = state.Epoch };
            foreach (NodeLink node in state.Nodes.Where(node => !node.IsBroken && !ReferenceEquals(node, except)))
            {
                node.Add(delivery);
            }
        }
    }

    /// <summary>Time passes. Milliseconds on any clock that only goes forward.</summary>
    public void Tick(long now)
    {
        _now = now;
        SettleIfSynced();
        while (_unanswered.TryPeek(out PushedMessage? oldest) && (oldest.Outcome is not null || now - oldest.TakenAt >= AcknowledgeMs))
        {
            _unanswered.Dequeue();
            if (oldest.Outcome is null)
            {
                Counters.Unacknowledged++;
                oldest.GiveUp();
            }
        }

        foreach (NodeLink gone in _absent.Values.Where(node => now - node.BrokenAt > RecentMessages.KeepMs).ToList())
        {
            Forget(gone);
        }

        _recent.Expire(now);
    }

    /// <summary>Sends what this turn has produced.</summary>
    public void Flush()
    {
        foreach (NodeLink node in _nodes.Values)
        {
            node.Flush();
        }

        foreach (NodeLink node in _nodes.Values.Where(node => node.IsOverfull).ToList())
        {
            Counters.NodesCutOff++;
            Detach(node);
        }
    }

    private void Receive(NodeLink node, FromNode.Types.Step step)
    {
        switch (step.StepCase)
        {
            case FromNode.Types.Step.StepOneofCase.Link:
                Link(node, step.Link);
                break;
            case FromNode.Types.Step.StepOneofCase.Unlink when UserTargets.Has(step.Unlink):
                _users.Unlink(node, step.Unlink);
                break;
            case FromNode.Types.Step.StepOneofCase.Unlink:
                if (_targets.TryGetValue(TargetKey.Of(step.Unlink), out TargetState? left))
                {
                    Unlink(node.Node, left);
                }

                break;
            case FromNode.Types.Step.StepOneofCase.Publish:
                Publish(node, step.Publish);
                break;
            case FromNode.Types.Step.StepOneofCase.Tell:
                Tell(TargetKey.Of(step.Tell.Target), step.Tell.Payload, node);
                break;
            case FromNode.Types.Step.StepOneofCase.Retained when !UserTargets.Has(step.Retained.Target):
                TargetState state = StateOf(TargetKey.Of(step.Retained.Target));
                if (!state.IsSettled)
                {
                    state.Retain(step.Retained);
                }

                break;
            case FromNode.Types.Step.StepOneofCase.Synced:
                node.Synced = step.Synced;
                if (node.Synced == _resyncs)
                {
                    // Those of the stream before; there are none where all were asked.
                    foreach (TargetState stale in node.Stale.ToList())
                    {
                        Unlink(node.Node, stale);
                    }

                    node.Stale.Clear();
                    _users.ForgetEarlier(node);
                    SettleIfSynced();
                }

                break;
            case FromNode.Types.Step.StepOneofCase.Moved:
                node.Generation = step.Moved;
                if (node.Synced == _resyncs)
                {
                    AskAll();
                }

                break;
        }
    }

    /// <summary>
    /// Numbers nothing until all nodes have told where they stand, in this manager's view. Also where the owner of a target stays the
    /// same: a manager that came and went in between may have numbered it, and this one may not even have heard of it.
    /// </summary>
    private void AskAll()
    {
        _resyncs++;
        _settleBy = _now + SettleMs;
        _users.UnlinkAll();
        foreach (TargetState target in _targets.Values)
        {
            target.Unsettle();
            _unsettled.Add(target);
        }

        foreach (NodeLink node in _nodes.Values)
        {
            Ask(node);
        }

        SettleIfSynced();
    }

    private void Ask(NodeLink node) => node.Add(new Resync { Number = _resyncs, View = _view.Name, Retained = !IsSettled });

    private void Link(NodeLink node, Link link)
    {
        var key = TargetKey.Of(link.Target);
        if (UserTargets.Has(link.Target))
        {
            // One that is not owned was on its way when the view changed: all links are asked for anew.
            if (IsOwned(key))
            {
                _users.Link(node, link.Target);
            }

            return;
        }

        TargetState target = StateOf(key);
        node.Stale.Remove(target);
        target.Link(node, link, _recent);
        if (!target.IsSettled && IsSettled && IsOwned(target.Key))
        {
            _unsettled.Remove(target);
            Settle(target);
        }
    }

    private void Publish(NodeLink node, Publish publish)
    {
        MessageId messageId = publish.Id;
        Publish(TargetKey.Of(publish.Target), messageId, publish.Payload, outcome => node.Add(new Published
        {
            Id = messageId, Offset = outcome.Offset, Connections = outcome.Connections, Code = (uint)outcome.Code, Message = outcome.Message,
        }));
    }

    private void Publish(in TargetKey target, MessageId messageId, Payload payload, Action<PushOutcome> done)
    {
        if (!IsOwned(target))
        {
            done(PushOutcome.Moved);
            return;
        }

        MessageKey key = MessageKey.Of(target, messageId);
        if (_recent.TryFind(key, out PushedMessage known))
        {
            Counters.Repeated++;
            known.WhenDone(done);
            return;
        }

        Activity? span = PushSpan.Begin(target, ref payload);
        var message = new PushedMessage(
            target, new Delivery { Target = target.ToTarget(), Id = messageId, Payload = payload }, _now)
        { Span = span };
        message.WhenDone(done);
        _targets.TryGetValue(target, out TargetState? state);
        if (state is { IsSettled: true } || (state is null && IsSettled) || target == TargetKey.Everybody)
        {
            Deliver(state, message);
            return;
        }

        if (!(UserTargets.Has(message.Delivery.Target) ? _users.TryWait(message) : StateOf(target).TryWait(message)))
        {
            Counters.Overloaded++;
            message.Complete(PushOutcome.Overloaded);
        }
    }

    private void Deliver(TargetState? state, PushedMessage message)
    {
        if (_recent.TryFind(message.Key, out PushedMessage known))
        {
            // It was numbered by the owner before, or waited here twice.
            Counters.Repeated++;
            known.WhenDone(message.Complete);
            return;
        }

        bool toEverybody = message.Target == TargetKey.Everybody;
        IReadOnlyList<NodeLink> nodes = toEverybody
            ? [.. _nodes.Values, .. _absent.Values] : state?.Nodes ?? _users.NodesOf(message.Delivery.Target);
        if (!toEverybody && nodes.Count == 0)
        {
            message.Complete(PushOutcome.Unknown);
            return;
        }

        if (state is not null)
        {
            message.Delivery.Offset = state.NextOffset();
            message.Delivery.Epoch = state.Epoch;
        }

        Counters.Messages++;
        _recent.Add(message);
        foreach (NodeLink node in nodes)
        {
            node.Add(message);
            Counters.Deliveries++;
        }

        _unanswered.Enqueue(message);
        message.Sent();
    }

    private TargetState StateOf(in TargetKey target)
    {
        if (_targets.TryGetValue(target, out TargetState? state))
        {
            return state;
        }

        // Settled with its first link, or once all nodes are synced.
        state = new TargetState(target);
        _targets.Add(target, state);
        _unsettled.Add(state);
        return state;
    }

    private void Unlink(string node, TargetState target)
    {
        target.Unlink(node);
        if (target.IsUnused && _targets.Remove(target.Key))
        {
            _unsettled.Remove(target);
            _recent.Forget(target.Key);
        }
    }

    /// <summary>A node that is absent will not come back as it was.</summary>
    private void Forget(NodeLink absent)
    {
        _absent.Remove(absent.Node);
        foreach (TargetState target in absent.Targets.ToList())
        {
            Unlink(absent.Node, target);
        }

        _users.Forget(absent);
    }

    private void Drop(TargetState target)
    {
        _targets.Remove(target.Key);
        _unsettled.Remove(target);
        target.UnlinkAll();
        target.Restart(_recent);
        foreach (PushedMessage waiting in target.TakeWaiting())
        {
            waiting.Complete(PushOutcome.Moved);
        }
    }

    private void SettleIfSynced()
    {
        if (IsSettled)
        {
            return;
        }

        bool synced = _nodes.Values.All(node => node.Synced == _resyncs) && _registered.All(_nodes.ContainsKey);
        if (!synced && _now < _settleBy)
        {
            return;
        }

        if (!synced)
        {
            Counters.SettledLate++;
        }

        _settleBy = long.MaxValue;
        foreach (TargetState target in _unsettled.Where(target => IsOwned(target.Key)).ToList())
        {
            _unsettled.Remove(target);
            Settle(target);
        }

        while (_users.TryTakeWaiting(out PushedMessage waiting))
        {
            Deliver(null, waiting);
        }
    }

    private void Settle(TargetState target)
    {
        target.Settle(NewEpoch, _recent, _now);
        foreach (PushedMessage waiting in target.TakeWaiting())
        {
            Deliver(target, waiting);
        }

        if (target.IsUnused)
        {
            _targets.Remove(target.Key);
        }
    }

    private bool IsOwned(in TargetKey target) => OwnerOf(target) == id;

    /// <summary>Later epochs are greater: the manager's clock first, then what makes it its own.</summary>
    private ByteString NewEpoch() =>
        ByteString.CopyFromUtf8($"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():x11}{_epochs++ & 0xFFFF:x4}{random.Next(0x10000):x4}");
}
