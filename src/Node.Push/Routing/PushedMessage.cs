using System.Diagnostics;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>A message to one target, from the push until the nodes have answered, and then as long as it is remembered.</summary>
internal sealed class PushedMessage(TargetKey target, Delivery delivery, long takenAt)
{
    private readonly List<string> _waiting = [];
    private readonly List<string> _failed = [];
    private Action<PushOutcome>? _done;
    private uint _nodes;
    private ulong _connections;
    private bool _isSent;

    public TargetKey Target { get; } = target;

    public MessageKey Key { get; } = MessageKey.Of(target, delivery.Id);

    public Delivery Delivery { get; private set; } = delivery;

    /// <summary>On the router's clock, in milliseconds.</summary>
    public long TakenAt { get; } = takenAt;

    /// <summary>What it takes in memory, about.</summary>
    public int Bytes { get; } = delivery.Payload.Data.Length + 256;

    /// <summary>From being taken to its outcome; null unless it is traced.</summary>
    public Activity? Span { get; init; }

    /// <summary>Set once the nodes have answered, or have failed to.</summary>
    public PushOutcome? Outcome { get; private set; }

    /// <summary>Hears the outcome, at once if there is one.</summary>
    public void WhenDone(Action<PushOutcome> done)
    {
        if (Outcome is null)
        {
            _done += done;
        }
        else
        {
            done(Outcome with { IsRepeated = true });
        }
    }

    /// <summary>A node is to have it, for the first time or once more.</summary>
    public void SentTo(string node)
    {
        if (!_waiting.Contains(node))
        {
            _waiting.Add(node);
        }
    }

    /// <summary>It has gone to all that are to have it; from now on it can be complete.</summary>
    public void Sent()
    {
        _isSent = true;
        CompleteIfAnswered();
    }

    /// <summary>A node has it. One that refuses it does not: it gets it once more with its link, or the target's next owner sends it.</summary>
    public void Reached(string node, uint connections)
    {
        if (connections != uint.MaxValue && _waiting.Remove(node))
        {
            _nodes++;
            _connections += connections;
            CompleteIfAnswered();
        }
    }

    /// <summary>It is to be numbered and sent anew; what is still to come of the first time does not count.</summary>
    public void Restart()
    {
        _isSent = false;
        _waiting.Clear();
        (_nodes, _connections) = (0, 0);
        Delivery = new Delivery { Target = Delivery.Target, Id = Delivery.Id, Payload = Delivery.Payload };
    }

    /// <summary>Whoever has not answered by now has failed.</summary>
    public void GiveUp()
    {
        _failed.AddRange(_waiting);
        _waiting.Clear();
        Sent();
    }

    /// <summary>From now on only its outcome is asked for.</summary>
    public void ForgetPayload() => Delivery = new Delivery { Id = Delivery.Id, Epoch = Delivery.Epoch, Offset = Delivery.Offset };

    public void Complete(PushOutcome outcome)
    {
        if (Outcome is null)
        {
            Outcome = outcome;
            Span?.End(outcome);
            _done?.Invoke(outcome);
            _done = null;
        }
    }

    private void CompleteIfAnswered()
    {
        if (_isSent && _waiting.Count == 0)
        {
            Complete(new PushOutcome
            {
                Nodes = _nodes, Connections = _connections, FailedNodes = _failed, Offset = Delivery.Offset, Epoch = Delivery.Epoch,
            });
        }
    }
}
