using System.Diagnostics;
using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>Hands what a bus brings to the hub.</summary>
/// <param name="hub">Of this node.</param>
/// <param name="delivered">Hears, on a loop's thread, that a batch has been counted.</param>
internal sealed class HubReceiver(Hub.Hub hub, Action delivered) : IBusReceiver
{
    public void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset) =>
        hub.Linked(room.Name.ToByteArray(), number, epoch.ToByteArray(), offset);

    public void LinkFailed(in TargetKey room, ulong number) => hub.LinkFailed(room.Name.ToByteArray(), number);

    public void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached)
    {
        List<(Activity Span, int Place)>? spans = BusSpans.BeginDeliveries(deliveries);
        hub.Deliver([.. deliveries.Select(BusPayload.DeliveryOf)], counts =>
        {
            BusSpans.EndDeliveries(spans, counts);
            reached(counts);
            delivered();
        });
    }
}
