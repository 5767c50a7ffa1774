using Grpc.Core;
using Node.Host;
using Node.Hub;
using Node.Rpc.Discovery;
using Node.Wire.Messages;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster;

/// <summary>
/// The bus over push-managers' streams: a thread around <see cref="ManagerBusCore"/>. The managers attach through <see cref="NodeService"/>.
/// </summary>
internal sealed class ManagerBus : MessageBus, IDisposable
{
    private readonly WorkThread _thread;

    /// <param name="hub">The hub of this node.</param>
    /// <param name="node">The node's name in the registry.</param>
    /// <param name="incarnation">Of this start of it.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public ManagerBus(Hub.Hub hub, string node, ulong incarnation, Action<Exception> fault)
    {
        // Acknowledgements go out at once, and not with the next tick.
        var receiver = new HubReceiver(hub, () => Post(static () => { }));
        Core = new ManagerBusCore(node, incarnation, receiver, (ulong)Random.Shared.NextInt64());
        _thread = new WorkThread("bus", Core.Tick, Core.Flush, fault);
        _thread.Start();
    }

    /// <summary>Counters for any thread; everything else through <see cref="Post"/>.</summary>
    public ManagerBusCore Core { get; }

    /// <summary>Runs on the bus's thread, in the order of the calls. Any thread.</summary>
    public void Post(Action action) => _thread.Post(action);

    public override void Link(BusTargetKind kind, byte[] name, ulong number) =>
        Post(() => Core.Link(BusPayload.KeyOf(kind, name), number));

    public override void Unlink(BusTargetKind kind, byte[] name) => Post(() => Core.Unlink(BusPayload.KeyOf(kind, name)));

    public override void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done)
    {
        if (_thread.IsFull)
        {
            done(new BusAnswer(BusOutcome.Overloaded, 0, 0));
            return;
        }

        TargetKey target = BusPayload.KeyOf(kind, name);
        Payload payload = BusPayload.Of(kind, message);
        if (BusSpans.BeginPublish(target, message.Traceparent) is { } span)
        {
            payload.Traceparent = span.Id;
            done = BusSpans.Ending(span, done);
        }

        Post(() => Core.Publish(target, payload, outcome => done(AnswerOf(outcome))));
    }

    public override void Tell(byte[] room, byte[] messageId, byte[] user)
    {
        Payload payload = BusPayload.OfTell(messageId, user);
        Post(() => Core.Tell(BusPayload.KeyOf(BusTargetKind.Room, room), payload));
    }

    public void Dispose() => _thread.Dispose();

    private static BusAnswer AnswerOf(in PublishOutcome outcome) => new(
        outcome.Code switch
        {
            StatusCode.OK => BusOutcome.Done,
            StatusCode.ResourceExhausted => BusOutcome.Overloaded,
            _ => BusOutcome.Unavailable,
        },
        outcome.Offset, outcome.Connections);
}
