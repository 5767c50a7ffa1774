using Node.Protocol.Bus;
using Node.Rpc.Discovery;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>A batch on its way into the store, and what waits for it. The bus's thread; the message is the store's while it has it.</summary>
internal sealed class StoreBatch(TargetKey target, ulong origin, ulong number, ulong link)
{
    private readonly List<Payload> _tells = [];
    private List<StorePublish> _publishes = [];

    public TargetKey Target { get; } = target;

    public ulong Number { get; } = number;

    public long SentAt { get; set; }

    /// <summary>Out of the sender's hands: taken, or given up.</summary>
    public bool IsSettled { get; set; }

    /// <summary>The number with which it came back; null: it has not.</summary>
    public ulong? CameBackAs { get; set; }

    /// <summary>The latest life and number that this node knows of the room: the store must not fall behind it. Empty: none.</summary>
    public string KnownEpoch { get; set; } = "";

    public ulong KnownOffset { get; set; }

    public IReadOnlyList<StorePublish> Publishes => _publishes;

    public bool IsEmpty => _publishes.Count == 0 && _tells.Count == 0 && link == 0;

    public void Add(StorePublish publish) => _publishes.Add(publish);

    public void Add(Payload tell) => _tells.Add(tell);

    /// <summary>Before it is sent again: leaves out what has been answered meanwhile, and who came or left, which is old by then.</summary>
    public void Trim()
    {
        _publishes = [.. _publishes.Where(publish => !publish.IsDone)];
        _tells.Clear();
    }

    public BusBatch ToMessage() => new()
    {
        Origin = origin, Number = Number, Link = link, Messages = { _publishes.Select(publish => publish.Payload) }, Tells = { _tells },
    };
}
