using Node.Rpc.Discovery;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>A room, a user or everybody as the bus knows it on this node. The bus's thread.</summary>
internal sealed class StoreTarget(TargetKey key)
{
    public TargetKey Key { get; } = key;

    /// <summary>A room with members here.</summary>
    public bool IsWanted { get; set; }

    /// <summary>The hub's name for this life of it.</summary>
    public ulong HubNumber { get; set; }

    public long WantedAt { get; set; }

    /// <summary>Names the latest link; a batch with it is due, or has not come back.</summary>
    public ulong LinkNumber { get; set; }

    public bool IsLinkDue { get; set; }

    public long LinkSentAt { get; set; }

    /// <summary>Empty: not linked yet. Else whatever comes counts, in order.</summary>
    public string Epoch { get; set; } = "";

    /// <summary>Of the latest message that came.</summary>
    public ulong Offset { get; set; }

    /// <summary>In the order of the calls, those not yet in a batch.</summary>
    public Queue<StorePublish> Waiting { get; } = new();

    public Queue<Payload> Tells { get; } = new();

    /// <summary>What the store has not answered yet; the rest waits behind it.</summary>
    public StoreBatch? InFlight { get; set; }

    public bool IsReady { get; set; }

    public bool HasWork => Waiting.Count > 0 || Tells.Count > 0 || IsLinkDue;
}
