using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>A room as the bus knows it on this node, or a user or everybody to whom something is being published. The bus's thread.</summary>
internal sealed class BusTarget(TargetKey key)
{
    public TargetKey Key { get; } = key;

    public bool IsRoom => Key.Kind == Target.Types.Kind.Room;

    /// <summary>The manager that owns it in this node's view.</summary>
    public string? Owner { get; set; }

    /// <summary>There are members here; rooms only, users are in <see cref="LinkedUsers"/>.</summary>
    public bool IsWanted { get; set; }

    /// <summary>The owner was told so, on its present stream.</summary>
    public bool IsLinkSent { get; set; }

    /// <summary>The owner has answered: from here on all that is published comes.</summary>
    public bool IsLinked { get; set; }

    public ulong LinkNumber { get; set; }

    /// <summary>The hub's name for this life of it.</summary>
    public ulong HubNumber { get; set; }

    public long WantedAt { get; set; }

    /// <summary>The owner has refused a publish as not its own: the rest waits behind it, so that their order holds.</summary>
    public bool IsStalled { get; set; }

    public ByteString Epoch { get; set; } = ByteString.Empty;

    /// <summary>Of the latest message that came.</summary>
    public ulong Offset { get; set; }

    /// <summary>In the order of the calls; null: none.</summary>
    public Queue<PendingPublish>? Pending { get; set; }

    /// <summary>In the order of their numbers; null: none.</summary>
    public Queue<Delivery>? Retained { get; set; }
}
