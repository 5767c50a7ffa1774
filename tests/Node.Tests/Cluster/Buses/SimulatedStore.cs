using Node.Connect.Cluster;
using Node.Connect.Cluster.Stores;
using Node.Host;
using Node.Rpc.Discovery;

namespace Node.Tests.Cluster.Buses;

/// <summary>One node's way to the log: slow both ways, and if told so, not to be relied on.</summary>
internal sealed class SimulatedStore(SimulatedLog log, Random random) : IBusStore
{
    private readonly HashSet<TargetKey> _watched = [];
    private readonly List<StoreBatch> _sent = [];
    private readonly Queue<Action> _outcomes = new();
    private int _seen;

    public IBusStoreEvents Core { get; set; } = null!;

    public string? Problem => null;

    /// <summary>Of a hundred batches, so many are refused, and so many have an outcome that nobody learns.</summary>
    public int Unsure { get; set; }

    /// <summary>Whether all that was sent is done with, and all there is has come.</summary>
    public bool IsQuiet => _sent.Count == 0 && _outcomes.Count == 0 && _seen == log.Events.Count;

    public void Start(IBusStoreEvents events, WorkThread thread)
    {
    }

    public void Watch(in TargetKey target) => _watched.Add(target);

    public void Unwatch(in TargetKey target) => _watched.Remove(target);

    public void Send(StoreBatch batch) => _sent.Add(batch);

    public void Flush()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Some one thing happens.</summary>
    public void Step()
    {
        switch (random.Next(3))
        {
            case 0 when _sent.Count > 0:
                // Batches of different targets may overtake each other.
                int place = random.Next(_sent.Count);
                StoreBatch batch = _sent[place];
                _sent.RemoveAt(place);
                Decide(batch);
                break;
            case 1 when _outcomes.TryDequeue(out Action? outcome):
                outcome();
                break;
            case 2 when _seen < log.Events.Count:
                See();
                break;
        }
    }

    /// <summary>What is on its way here is lost, as with a broken connection to Redis.</summary>
    public void Lose()
    {
        _seen = log.Events.Count;
        Core.Restarted();
    }

    private void Decide(StoreBatch batch)
    {
        int chance = random.Next(100);
        if (chance < Unsure)
        {
            _outcomes.Enqueue(() => Core.NotTaken(batch));
        }
        else if (chance < 2 * Unsure)
        {
            if (random.Next(2) == 0)
            {
                log.Put(batch);
            }

            _outcomes.Enqueue(() => Core.Undecided(batch));
        }
        else
        {
            ulong first = log.Put(batch);
            _outcomes.Enqueue(() => Core.Taken(batch, first, null));
        }
    }

    private void See()
    {
        (TargetKey target, Protocol.Bus.BusBatch? message) = log.Events[_seen++];
        if (!_watched.Contains(target))
        {
            return;
        }

        if (message is null)
        {
            Core.Forgotten(target);
        }
        else
        {
            Core.Received(target, message);
        }
    }
}
