using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>A room that this manager owns and that somebody is linked to, or that waits to be settled. The router's thread.</summary>
/// <remarks>There may be a hundred thousand: what only an unsettled one needs is not there otherwise.</remarks>
internal sealed class TargetState(TargetKey key)
{
    /// <summary>Pushes that may wait for a target to be settled.</summary>
    public const int MaxWaiting = 10_000;

    private NodeLink[] _nodes = [];
    private Queue<PushedMessage>? _waiting;
    private List<(NodeLink Node, Link Link)>? _links;
    private SortedDictionary<ulong, Delivery>? _retained;

    public TargetKey Key { get; } = key;

    /// <summary>Everybody who may know more of it has told: numbering may begin, or go on.</summary>
    public bool IsSettled { get; private set; }

    public ByteString Epoch { get; private set; } = ByteString.Empty;

    public ulong Offset { get; private set; }

    public IReadOnlyList<NodeLink> Nodes => _nodes;

    public bool IsUnused => _nodes.Length == 0 && _links is not { Count: > 0 } && _waiting is not { Count: > 0 };

    public ulong NextOffset() => ++Offset;

    public void Link(NodeLink node, Link link, RecentMessages recent)
    {
        Unlink(node.Node);
        node.Targets.Add(this);
        if (!IsSettled)
        {
            (_links ??= []).Add((node, link));
            return;
        }

        recent.Had(Key, Epoch, link.Offset, node.Node);
        Admit(node, link, recent.After(Key, Epoch, link.Offset));
    }

    /// <summary>The node has nobody there any more, on this stream or one before it.</summary>
    public void Unlink(string node)
    {
        for (int i = _nodes.Length - 1; i >= 0; i--)
        {
            if (_nodes[i].Node == node)
            {
                _nodes[i].Targets.Remove(this);
                _nodes = _nodes.Length == 1 ? [] : [.. _nodes[..i], .. _nodes[(i + 1)..]];
            }
        }

        for (int i = (_links?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (_links![i].Node.Node == node)
            {
                _links[i].Node.Targets.Remove(this);
                _links.RemoveAt(i);
            }
        }
    }

    /// <summary>The nodes are asked anew where they stand; nothing is numbered until they have answered.</summary>
    public void Unsettle()
    {
        if (IsSettled)
        {
            IsSettled = false;
            UnlinkAll();
        }
    }

    /// <summary>What no node has acknowledged is to be numbered again.</summary>
    public void Restart(RecentMessages recent)
    {
        foreach (PushedMessage message in recent.TakeUnanswered(Key))
        {
            message.Restart();
            Wait(message);
        }
    }

    public void UnlinkAll()
    {
        foreach (NodeLink node in _nodes)
        {
            node.Targets.Remove(this);
        }

        foreach ((NodeLink node, _) in _links ?? [])
        {
            node.Targets.Remove(this);
        }

        (_nodes, _links) = ([], null);
    }

    /// <summary>What a node keeps of the room from its owner before this one.</summary>
    public void Retain(Delivery delivery)
    {
        // A later life of the room makes the earlier one void; of the same message one copy is enough.
        _retained ??= [];
        int order = _retained.Count == 0 ? 0 : Compare(delivery.Epoch, _retained.Values.First().Epoch);
        if (order > 0)
        {
            _retained.Clear();
        }

        if (order >= 0)
        {
            _retained[delivery.Offset] = delivery;
        }
    }

    /// <returns>False when too much waits already.</returns>
    public bool TryWait(PushedMessage message)
    {
        if (_waiting?.Count >= MaxWaiting)
        {
            return false;
        }

        Wait(message);
        return true;
    }

    /// <summary>Takes over where the room stands by what the nodes have told.</summary>
    /// <param name="newEpoch">For a room that nobody knows anything of.</param>
    /// <param name="recent">Takes what the nodes retained, in order.</param>
    /// <param name="now">On the router's clock.</param>
    public void Settle(Func<ByteString> newEpoch, RecentMessages recent, long now)
    {
        IsSettled = true;
        if (IsNumberedElsewhere(recent))
        {
            Restart(recent);
            TakeHighest(newEpoch);
            foreach (Delivery delivery in Retained.Where(delivery => delivery.Epoch == Epoch))
            {
                recent.Restore(Key, delivery, now);
            }
        }

        List<(NodeLink Node, Link Link)> links = _links ?? [];
        (_links, _retained) = (null, null);
        foreach ((NodeLink node, Link link) in links)
        {
            Link(node, link, recent);
        }
    }

    public IEnumerable<PushedMessage> TakeWaiting()
    {
        while (_waiting is not null && _waiting.TryDequeue(out PushedMessage? message))
        {
            yield return message;
        }

        _waiting = null;
    }

    private IEnumerable<Delivery> Retained => _retained?.Values.AsEnumerable() ?? [];

    private void Wait(PushedMessage message) => (_waiting ??= new()).Enqueue(message);

    private static int Compare(ByteString left, ByteString right) => left.Span.SequenceCompareTo(right.Span);

    /// <summary>
    /// Whether the nodes know of messages that are not this manager's: another one has owned the room since, or before. If not, the
    /// numbers that were given here hold, also of what nobody has acknowledged yet.
    /// </summary>
    private bool IsNumberedElsewhere(RecentMessages recent)
    {
        if (Epoch.IsEmpty || (_links ?? []).Exists(waiting => IsBeyond(waiting.Link.Epoch, waiting.Link.Offset)))
        {
            return true;
        }

        return Retained.Any(delivery => IsBeyond(delivery.Epoch, delivery.Offset)
            || (delivery.Epoch == Epoch && !recent.IsOwn(Key, delivery)));
    }

    private bool IsBeyond(ByteString epoch, ulong offset)
    {
        int order = Compare(epoch, Epoch);
        return order > 0 || (order == 0 && offset > Offset);
    }

    private void TakeHighest(Func<ByteString> newEpoch)
    {
        (Epoch, Offset) = (ByteString.Empty, 0);
        IEnumerable<(ByteString Epoch, ulong Offset)> known = (_links ?? []).Select(waiting => (waiting.Link.Epoch, waiting.Link.Offset))
            .Concat(Retained.Select(delivery => (delivery.Epoch, delivery.Offset)));
        foreach ((ByteString epoch, ulong offset) in known.Where(state => IsBeyond(state.Epoch, state.Offset)))
        {
            (Epoch, Offset) = (epoch, offset);
        }

        if (Epoch.IsEmpty)
        {
            Epoch = newEpoch();
        }
    }

    /// <summary>Answers a link, and sends what the node has missed if it lies here without a gap.</summary>
    private void Admit(NodeLink node, Link link, List<PushedMessage> after)
    {
        _nodes = [.. _nodes, node];
        if (link.Epoch == Epoch)
        {
            // Only a node that was not waited for can have more than was known.
            Offset = Math.Max(Offset, link.Offset);
        }

        var linked = new Linked { Target = Key.ToTarget(), Number = link.Number, Epoch = Epoch, Offset = Offset, First = Offset + 1 };
        List<PushedMessage> missed = link.Epoch == Epoch ? after : [];
        linked.First = missed.Count > 0 ? missed[0].Delivery.Offset : Offset + 1;
        node.Add(linked);
        missed.ForEach(node.Add);
    }
}
