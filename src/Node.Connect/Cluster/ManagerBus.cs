using Google.Protobuf;
using Grpc.Core;
using Node.Host;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Node.Wire.Messages;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster;

/// <summary>
/// The bus over push-managers' streams: a thread around <see cref="ManagerBusCore"/>. The managers attach through <see cref="NodeService"/>.
/// </summary>
internal sealed class ManagerBus : MessageBus, IBusReceiver, IDisposable
{
    // Publishes are bounded by what waits for an answer; this bounds what the thread has not even seen.
    private const int MaxQueued = 200_000;

    private readonly Hub.Hub _hub;
    private readonly WorkThread _thread;

    /// <param name="hub">The hub of this node.</param>
    /// <param name="node">The node's name in the registry.</param>
    /// <param name="incarnation">Of this start of it.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public ManagerBus(Hub.Hub hub, string node, ulong incarnation, Action<Exception> fault)
    {
        _hub = hub;
        Core = new ManagerBusCore(node, incarnation, this, (ulong)Random.Shared.NextInt64());
        _thread = new WorkThread("bus", Core.Tick, Core.Flush, fault);
        _thread.Start();
    }

    /// <summary>Counters for any thread; everything else through <see cref="Post"/>.</summary>
    public ManagerBusCore Core { get; }

    /// <inheritdoc cref="WorkThread.Post"/>
    public void Post(Action action) => _thread.Post(action);

    public override void Link(BusTargetKind kind, byte[] name, ulong number) => Post(() => Core.Link(KeyOf(kind, name), number));

    public override void Unlink(BusTargetKind kind, byte[] name) => Post(() => Core.Unlink(KeyOf(kind, name)));

    public override void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done)
    {
        if (_thread.Waiting >= MaxQueued)
        {
            done(new BusAnswer(BusOutcome.Overloaded, 0, 0));
            return;
        }

        TargetKey target = KeyOf(kind, name);
        Payload payload = PayloadOf(kind, message);
        Post(() => Core.Publish(target, payload, outcome => done(AnswerOf(outcome))));
    }

    public override void Tell(byte[] room, byte[] messageId, byte[] user)
    {
        var payload = new Payload
        {
            MessageId = System.Text.Encoding.UTF8.GetString(messageId), User = System.Text.Encoding.UTF8.GetString(user),
        };
        Post(() => Core.Tell(KeyOf(BusTargetKind.Room, room), payload));
    }

    public void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset) =>
        _hub.Linked(room.Name.ToByteArray(), number, epoch.ToByteArray(), offset);

    public void LinkFailed(in TargetKey room, ulong number) => _hub.LinkFailed(room.Name.ToByteArray(), number);

    public void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached) =>
        _hub.Deliver([.. deliveries.Select(DeliveryOf)], counts =>
        {
            reached(counts);

            // The acknowledgement goes out at once, and not with the next tick.
            Post(static () => { });
        });

    public void Dispose() => _thread.Dispose();

    private static TargetKey KeyOf(BusTargetKind kind, ReadOnlySpan<byte> name) => new(
        kind switch
        {
            BusTargetKind.Room => Target.Types.Kind.Room,
            BusTargetKind.User => Target.Types.Kind.User,
            _ => Target.Types.Kind.Everybody,
        },
        ByteString.CopyFrom(name));

    private static Payload PayloadOf(BusTargetKind kind, in ClientMessage message) => new()
    {
        Kind = message.DataKind == DataKind.Json ? Payload.Types.Kind.Json : Payload.Types.Kind.Bytes,
        Data = ByteString.CopyFrom(message.Data),
        User = System.Text.Encoding.UTF8.GetString(message.User),
        MessageId = IsDefault(kind, message.MessageId) ? "" : System.Text.Encoding.UTF8.GetString(message.MessageId),
    };

    private static bool IsDefault(BusTargetKind kind, ReadOnlySpan<byte> messageId) => kind switch
    {
        BusTargetKind.Room => messageId.SequenceEqual(Routes.Publish),
        BusTargetKind.User => messageId.SequenceEqual(Routes.Direct),
        _ => messageId.SequenceEqual("broadcast"u8),
    };

    private static BusDelivery DeliveryOf(Delivery delivery) => new()
    {
        Kind = (BusTargetKind)(int)delivery.Target.Kind,
        Name = delivery.Target.Name.Memory,
        MessageId = System.Text.Encoding.UTF8.GetBytes(delivery.Payload.MessageId),
        User = System.Text.Encoding.UTF8.GetBytes(delivery.Payload.User),
        DataKind = delivery.Payload.Data.IsEmpty ? DataKind.None
            : delivery.Payload.Kind == Payload.Types.Kind.Json ? DataKind.Json : DataKind.Binary,
        Data = delivery.Payload.Data.Memory,
        Offset = delivery.Offset,
    };

    private static BusAnswer AnswerOf(in PublishOutcome outcome) => new(
        outcome.Code switch
        {
            StatusCode.OK => BusOutcome.Done,
            StatusCode.ResourceExhausted => BusOutcome.Overloaded,
            _ => BusOutcome.Unavailable,
        },
        outcome.Offset, outcome.Connections);
}
