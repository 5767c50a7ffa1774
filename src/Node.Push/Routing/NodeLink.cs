using Node.Protocol.Connect;

namespace Node.Push.Routing;

/// <summary>
/// A node that is attached: what it is linked to, what a turn of the router has for it, and what it has not acknowledged. The router's thread.
/// </summary>
internal sealed class NodeLink(FromNode.Types.Hello hello, INodeStream stream)
{
    /// <summary>A node that leaves so much unacknowledged does not take its deliveries: it is cut off, and comes back with its links.</summary>
    public const int MaxUnacknowledgedBytes = 16 * 1024 * 1024;

    private readonly Queue<Batch> _sent = new();
    private FromManager _next = new();
    private List<PushedMessage> _nextMessages = [];
    private int _nextBytes;
    private int _unacknowledgedBytes;
    private ulong _batches;

    public string Node { get; } = hello.Node;

    public ulong Incarnation { get; } = hello.Incarnation;

    /// <summary>Counts the views that the node has taken.</summary>
    public ulong Generation { get; set; } = hello.Generation;

    /// <summary>The resync that it has answered last; 0 before the first.</summary>
    public ulong Synced { get; set; }

    /// <summary>The rooms that it is linked to.</summary>
    public HashSet<TargetState> Targets { get; } = [];

    /// <summary>Linked on a stream before this one: what it does not link again is unlinked.</summary>
    public HashSet<TargetState> Stale { get; private set; } = [];

    /// <summary>The same for users: streams before this one with what they had linked.</summary>
    public List<NodeLink> Earlier { get; private set; } = [];

    /// <summary>What <see cref="UserLinks"/> calls this stream; 0: it has linked no user.</summary>
    public int UserStream { get; set; }

    /// <summary>When the stream broke, on the router's clock.</summary>
    public long BrokenAt { get; private set; }

    public bool IsOverfull => _unacknowledgedBytes > MaxUnacknowledgedBytes;

    public bool IsBroken { get; private set; }

    /// <summary>Asks for all links anew.</summary>
    public void Add(Resync resync) => _next.Steps.Add(new FromManager.Types.Step { Resync = resync });

    /// <summary>Takes over what the node had linked on a stream before this one.</summary>
    public void Inherit(NodeLink before) => (Stale, Earlier) = (before.Targets, [.. before.Earlier, before]);

    public void Add(Linked linked) => _next.Steps.Add(new FromManager.Types.Step { Linked = linked });

    public void Add(Published published) => _next.Steps.Add(new FromManager.Types.Step { Published = published });

    /// <summary>A delivery that nobody waits for.</summary>
    public void Add(Delivery delivery)
    {
        _next.Steps.Add(new FromManager.Types.Step { Delivery = delivery });
        _nextMessages.Add(null!);
    }

    public void Add(PushedMessage message)
    {
        message.SentTo(Node);
        if (IsBroken)
        {
            // It may be back before the time of the message is up; then it gets it with its link.
            return;
        }

        _next.Steps.Add(new FromManager.Types.Step { Delivery = message.Delivery });
        _nextMessages.Add(message);
        _nextBytes += message.Delivery.CalculateSize();
    }

    /// <summary>Sends what this turn has for the node, as one message.</summary>
    public void Flush()
    {
        if (_next.Steps.Count == 0 || IsBroken)
        {
            return;
        }

        if (_nextMessages.Count > 0)
        {
            _next.Batch = ++_batches;
            _sent.Enqueue(new Batch(_batches, _nextMessages, _nextBytes));
            _unacknowledgedBytes += _nextBytes;
            (_nextMessages, _nextBytes) = ([], 0);
        }

        FromManager message = _next;
        _next = new FromManager();
        stream.Send(message);
    }

    public void Acknowledge(Ack ack)
    {
        while (_sent.TryPeek(out Batch batch) && batch.Number <= ack.Batch)
        {
            _sent.Dequeue();
            _unacknowledgedBytes -= batch.Bytes;
            for (int i = 0; i < batch.Messages.Count; i++)
            {
                // A short list is a node that does not tell; it took the batch all the same.
                uint reached = batch.Number == ack.Batch && i < ack.Reached.Count ? ack.Reached[i] : 0;
                batch.Messages[i]?.Reached(Node, reached);
            }
        }
    }

    public void Break(string reason, long now)
    {
        if (!IsBroken)
        {
            (IsBroken, BrokenAt) = (true, now);
            stream.Break(reason);
        }
    }

    private readonly record struct Batch(ulong Number, List<PushedMessage> Messages, int Bytes);
}
