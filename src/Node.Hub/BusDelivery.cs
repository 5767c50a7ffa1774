using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>A message that the bus brings to this node.</summary>
public sealed record BusDelivery
{
    public required BusTargetKind Kind { get; init; }

    /// <summary>Of the room or user; empty for everybody.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>What clients read as the message_id; empty: publish, direct or broadcast.</summary>
    public ReadOnlyMemory<byte> MessageId { get; init; }

    /// <summary>The sender; empty for an application.</summary>
    public ReadOnlyMemory<byte> User { get; init; }

    public DataKind DataKind { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Its number in its room; 0: it has none and is not remembered.</summary>
    public ulong Offset { get; init; }

    /// <summary>To everybody: deliveries a second on this node; 0: as fast as they go.</summary>
    public int Rate { get; init; }
}
