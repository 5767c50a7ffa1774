using Node.Protocol.Connect;

namespace Node.Push.Routing;

/// <summary>Users as targets: who is linked where, and pushes that wait until the nodes have linked. The router's thread.</summary>
/// <remarks>
/// They are settled all at once, and without questions: there is no number to take over. So they need no <see cref="TargetState"/> each.
/// </remarks>
internal sealed class UserTargets
{
    /// <summary>Pushes that may wait, to all users together.</summary>
    public const int MaxWaiting = 100_000;

    private readonly UserLinks _links = new();
    private readonly Queue<PushedMessage> _waiting = new();
    private readonly List<NodeLink> _found = [];

    public int Count => _links.Count;

    public static bool Has(Target target) => target.Kind == Target.Types.Kind.User;

    public void Link(NodeLink node, Target user) => _links.Add(user.Name.Span, node);

    public void Unlink(NodeLink node, Target user) => _links.Remove(user.Name.Span, node.Node);

    /// <summary>The nodes that a user is on; none for any other target. Good until the next call.</summary>
    public IReadOnlyList<NodeLink> NodesOf(Target target)
    {
        _found.Clear();
        if (Has(target))
        {
            _links.Find(target.Name.Span, _found);
        }

        return _found;
    }

    /// <summary>The node has linked everything on its stream: what those before had linked, and it has not, is over.</summary>
    public void ForgetEarlier(NodeLink node)
    {
        node.Earlier.ForEach(_links.RemoveAll);
        node.Earlier.Clear();
    }

    /// <summary>A node will not come back as it was.</summary>
    public void Forget(NodeLink node)
    {
        ForgetEarlier(node);
        _links.RemoveAll(node);
    }

    /// <summary>All nodes are asked anew.</summary>
    public void UnlinkAll() => _links.Clear();

    /// <returns>False when too much waits already.</returns>
    public bool TryWait(PushedMessage message)
    {
        bool mayWait = _waiting.Count < MaxWaiting;
        if (mayWait)
        {
            _waiting.Enqueue(message);
        }

        return mayWait;
    }

    public bool TryTakeWaiting(out PushedMessage message) => _waiting.TryDequeue(out message!);

    /// <summary>What has no answer yet, and is another manager's now, goes there.</summary>
    /// <param name="isOwned">Whether a message is still this manager's.</param>
    /// <param name="unanswered">What has been sent.</param>
    /// <param name="recent">Forgets what goes.</param>
    public void Move(Predicate<PushedMessage> isOwned, IEnumerable<PushedMessage> unanswered, RecentMessages recent)
    {
        foreach (PushedMessage sent in unanswered.Where(message => message.Outcome is null && Has(message.Delivery.Target) && !isOwned(message)).ToList())
        {
            recent.Forget(sent);
            sent.Complete(PushOutcome.Moved);
        }

        for (int i = _waiting.Count; i > 0; i--)
        {
            PushedMessage message = _waiting.Dequeue();
            if (isOwned(message))
            {
                _waiting.Enqueue(message);
            }
            else
            {
                message.Complete(PushOutcome.Moved);
            }
        }
    }
}
