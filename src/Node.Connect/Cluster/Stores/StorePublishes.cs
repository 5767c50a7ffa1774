using Node.Hub;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>Every publish without an answer: bounded in number and bytes, each answered within its time. The bus's thread.</summary>
/// <param name="counters">Counts publishes and those that fail.</param>
internal sealed class StorePublishes(BusCounters counters)
{
    /// <summary>How many may wait for an answer.</summary>
    public const int Max = 100_000;

    /// <summary>Larger ones are refused: etcd's limit on a request is 1.5 MiB, and others want to go with it.</summary>
    public const int MaxMessageBytes = 1024 * 1024;

    private const long MaxBytes = 128L * 1024 * 1024;

    // Names and the objects themselves.
    private const int BytesBesideData = 256;

    private readonly Queue<StorePublish> _byAge = new();
    private long _bytes;

    public int Count { get; private set; }

    /// <returns>Null when there are too many, or it is too large, which <paramref name="done"/> has been told.</returns>
    public StorePublish? Add(Payload payload, long now, Action<BusAnswer> done)
    {
        int bytes = payload.Data.Length + BytesBesideData;
        if (Count >= Max || _bytes + bytes > MaxBytes || payload.Data.Length > MaxMessageBytes)
        {
            counters.Failed++;
            done(new BusAnswer(BusOutcome.Overloaded, 0, 0));
            return null;
        }

        counters.Published++;
        var publish = new StorePublish(payload, bytes, now, done);
        (Count, _bytes) = (Count + 1, _bytes + bytes);
        _byAge.Enqueue(publish);
        return publish;
    }

    public void Complete(StorePublish publish, in BusAnswer answer)
    {
        if (!publish.IsDone)
        {
            publish.IsDone = true;
            (Count, _bytes) = (Count - 1, _bytes - publish.Bytes);
            publish.Done(answer);
        }
    }

    /// <summary>Answers what has waited as long as it may.</summary>
    public void Expire(long now)
    {
        while (_byAge.TryPeek(out StorePublish? oldest) && (oldest.IsDone || now - oldest.At >= StoreBusCore.PatienceMs))
        {
            _byAge.Dequeue();
            counters.Failed += oldest.IsDone ? 0 : 1;
            Complete(oldest, new BusAnswer(BusOutcome.Unavailable, 0, 0));
        }
    }
}
