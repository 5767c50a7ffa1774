using System.Text;
using Google.Protobuf;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Node.Wire.Messages;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster;

/// <summary>The hub's names for targets and messages, and the protocol's.</summary>
internal static class BusPayload
{
    public static TargetKey KeyOf(BusTargetKind kind, ReadOnlySpan<byte> name) => new(KindOf(kind), ByteString.CopyFrom(name));

    /// <summary>A name that the hub keeps and never changes: there may be a million, so it is not copied.</summary>
    public static TargetKey KeyOf(BusTargetKind kind, byte[] name) => new(KindOf(kind), UnsafeByteOperations.UnsafeWrap(name));

    public static Payload Of(BusTargetKind kind, in ClientMessage message) => new()
    {
        Kind = message.DataKind == DataKind.Json ? Payload.Types.Kind.Json : Payload.Types.Kind.Bytes,
        Data = ByteString.CopyFrom(message.Data),
        User = Encoding.UTF8.GetString(message.User),
        MessageId = IsDefault(kind, message.MessageId) ? "" : Encoding.UTF8.GetString(message.MessageId),
    };

    /// <summary>Who came or left.</summary>
    public static Payload OfTell(byte[] messageId, byte[] user) =>
        new() { MessageId = Encoding.UTF8.GetString(messageId), User = Encoding.UTF8.GetString(user) };

    public static BusDelivery DeliveryOf(Delivery delivery) => new()
    {
        Kind = (BusTargetKind)(int)delivery.Target.Kind,
        Name = delivery.Target.Name.Memory,
        MessageId = Encoding.UTF8.GetBytes(delivery.Payload.MessageId),
        User = Encoding.UTF8.GetBytes(delivery.Payload.User),
        DataKind = delivery.Payload.Data.IsEmpty ? DataKind.None
            : delivery.Payload.Kind == Payload.Types.Kind.Json ? DataKind.Json : DataKind.Binary,
        Data = delivery.Payload.Data.Memory,
        Offset = delivery.Offset,
        Rate = (int)Math.Min(delivery.Payload.Rate, int.MaxValue),
    };

    private static Target.Types.Kind KindOf(BusTargetKind kind) => kind switch
    {
        BusTargetKind.Room => Target.Types.Kind.Room,
        BusTargetKind.User => Target.Types.Kind.User,
        _ => Target.Types.Kind.Everybody,
    };

    private static bool IsDefault(BusTargetKind kind, ReadOnlySpan<byte> messageId) => kind switch
    {
        BusTargetKind.Room => messageId.SequenceEqual(Routes.Publish),
        BusTargetKind.User => messageId.SequenceEqual(Routes.Direct),
        _ => messageId.SequenceEqual("broadcast"u8),
    };
}
