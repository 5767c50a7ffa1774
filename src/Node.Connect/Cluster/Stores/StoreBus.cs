using Node.Host;
using Node.Hub;
using Node.Rpc.Discovery;
using Node.Wire.Messages;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>
/// The bus over etcd or Redis: a thread around <see cref="StoreBusCore"/>. A room is numbered by the store, and a publish is answered when
/// the store has it: to how many connections it goes, only a store that counts its listeners can tell, and then no more than the nodes.
/// </summary>
internal sealed class StoreBus : MessageBus, IAsyncDisposable
{
    private readonly WorkThread _thread;
    private readonly IBusStore _store;

    /// <param name="hub">Takes what comes.</param>
    /// <param name="store">Not started yet; ends with the bus.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public StoreBus(IBusReceiver hub, IBusStore store, Action<Exception> fault)
    {
        _store = store;
        Core = new StoreBusCore(hub, store, (ulong)Random.Shared.NextInt64());
        _thread = new WorkThread("bus", Core.Tick, Core.Flush, fault);
        store.Start(Core, _thread);
        _thread.Start();
    }

    /// <summary>Counters for any thread; the rest is the thread's own.</summary>
    public StoreBusCore Core { get; }

    /// <summary>Why nothing goes just now; null while all is well.</summary>
    public string? Problem => _store.Problem;

    public override void Link(BusTargetKind kind, byte[] name, ulong number) =>
        _thread.Post(() => Core.Link(BusPayload.KeyOf(kind, name), number));

    public override void Unlink(BusTargetKind kind, byte[] name) =>
        _thread.Post(() => Core.Unlink(BusPayload.KeyOf(kind, name)));

    public override void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done)
    {
        if (_thread.IsFull)
        {
            done(new BusAnswer(BusOutcome.Overloaded, 0, 0));
            return;
        }

        TargetKey target = BusPayload.KeyOf(kind, name);
        Payload payload = BusPayload.Of(kind, message);
        _thread.Post(() => Core.Publish(target, payload, done));
    }

    public override void Tell(byte[] room, byte[] messageId, byte[] user)
    {
        Payload payload = BusPayload.OfTell(messageId, user);
        _thread.Post(() => Core.Tell(BusPayload.KeyOf(BusTargetKind.Room, room), payload));
    }

    /// <summary>Publishes without an answer get none any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _thread.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
    }
}
