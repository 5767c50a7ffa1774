using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;

namespace Node.Connect.Cluster;

/// <summary>Every publish without an answer: bounded, each answered within its time. The bus's thread.</summary>
/// <param name="origin">Names this process in the ids of its messages; random.</param>
/// <param name="counters">Counts publishes and those that fail.</param>
/// <param name="left">Hears of a target that one less waits for.</param>
internal sealed class PendingPublishes(ulong origin, BusCounters counters, Action<BusTarget> left)
{
    public const int Max = 100_000;

    private readonly Dictionary<ulong, PendingPublish> _byNumber = [];
    private readonly Queue<PendingPublish> _byAge = new();
    private ulong _numbers;

    public int Count => _byNumber.Count;

    /// <summary>Gives a message its id and its place behind the others of its target.</summary>
    /// <returns>Null when there are too many, which <paramref name="done"/> has been told.</returns>
    public PendingPublish? Add(BusTarget target, Payload payload, long now, Action<PublishOutcome> done)
    {
        if (_byNumber.Count >= Max)
        {
            counters.Failed++;
            done(new PublishOutcome(StatusCode.ResourceExhausted, 0, 0));
            return null;
        }

        counters.Published++;
        var id = new MessageId { Origin = origin, Number = ++_numbers };
        var publish = new Publish { Target = target.Key.ToTarget(), Id = id, Payload = payload };
        var pending = new PendingPublish(target, publish, now, done);
        _byNumber.Add(id.Number, pending);
        _byAge.Enqueue(pending);
        (target.Pending ??= new()).Enqueue(pending);
        return pending;
    }

    /// <returns>Null where it is not waited for, any more or at all.</returns>
    public PendingPublish? Find(MessageId id) => id.Origin == origin ? _byNumber.GetValueOrDefault(id.Number) : null;

    public void Complete(PendingPublish pending, in PublishOutcome outcome)
    {
        pending.IsDone = true;
        _byNumber.Remove(pending.Publish.Id.Number);
        Queue<PendingPublish>? waiting = pending.Target.Pending;
        while (waiting is not null && waiting.TryPeek(out PendingPublish? first) && first.IsDone)
        {
            waiting.Dequeue();
        }

        if (waiting is { Count: 0 } && !pending.Target.IsRoom)
        {
            // A room that was spoken in will be again; a user may not.
            pending.Target.Pending = null;
        }

        left(pending.Target);
        pending.Done(outcome);
    }

    /// <summary>Answers what has waited as long as it may.</summary>
    public void Expire(long now)
    {
        while (_byAge.TryPeek(out PendingPublish? oldest) && (oldest.IsDone || now - oldest.At >= ManagerBusCore.PatienceMs))
        {
            _byAge.Dequeue();
            if (!oldest.IsDone)
            {
                counters.Failed++;
                Complete(oldest, new PublishOutcome(StatusCode.Unavailable, 0, 0));
            }
        }
    }
}
