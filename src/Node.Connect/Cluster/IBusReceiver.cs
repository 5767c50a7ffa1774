using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>What the bus tells this node's hub. Called by the bus's thread; must not block.</summary>
internal interface IBusReceiver
{
    /// <summary>A room's members here get whatever is numbered after this.</summary>
    void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset);

    /// <summary>No owner has answered in time: who waits to join is told so.</summary>
    void LinkFailed(in TargetKey room, ulong number);

    /// <summary>Hands on in order.</summary>
    /// <param name="deliveries">To rooms, users, everybody.</param>
    /// <param name="reached">Takes, in the same order, how many connections each was enqueued for. Any thread, once.</param>
    void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached);
}
