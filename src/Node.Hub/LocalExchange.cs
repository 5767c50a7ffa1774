using System.Collections.Concurrent;
using System.Text;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// Joins several hubs of one process, for an application with more than one, and for tests: what <see cref="Join"/> gives is a hub's
/// <see cref="MessageBus"/>. Whichever thread comes first does the steps of all that come meanwhile, so that nobody waits and there is one order.
/// </summary>
public sealed class LocalExchange
{
    /// <summary>Steps that may wait for the thread that does them; a publish beyond them is refused.</summary>
    internal const int MaxSteps = 100_000;

    private readonly ConcurrentQueue<Action> _steps = new();
    private readonly HashSet<Hub> _hubs = [];
    private readonly Dictionary<(BusTargetKind Kind, string Name), LocalTarget> _targets = [];
    private int _waiting;

    /// <summary>Makes the bus of a hub that has not started yet; sets it, too.</summary>
    public MessageBus Join(Hub hub)
    {
        Do(() => _hubs.Add(hub));
        var bus = new LocalBus(this, hub);
        hub.Bus = bus;
        return bus;
    }

    internal void Link(Hub hub, BusTargetKind kind, byte[] name, ulong number) => Do(() =>
    {
        LocalTarget target = TargetOf(kind, name);
        target.Hubs.Add(hub);
        if (kind == BusTargetKind.Room)
        {
            hub.Linked(name, number, target.Epoch, target.Offset);
        }
    });

    internal void Unlink(Hub hub, BusTargetKind kind, byte[] name) => Do(() =>
    {
        LocalTarget target = TargetOf(kind, name);
        target.Hubs.Remove(hub);
        if (target.Hubs.Count == 0)
        {
            _targets.Remove((kind, Encoding.UTF8.GetString(name)));
        }
    });

    internal void Publish(BusDelivery message, Action<BusAnswer> done)
    {
        if (Volatile.Read(ref _waiting) >= MaxSteps)
        {
            done(new BusAnswer(BusOutcome.Overloaded, 0, 0));
            return;
        }

        Do(() => Deliver(message, done));
    }

    internal void Tell(Hub from, BusDelivery what) => Do(() =>
    {
        foreach (Hub hub in HubsOf(what).Where(hub => hub != from))
        {
            hub.Deliver([what], static _ => { });
        }
    });

    private LocalTarget TargetOf(BusTargetKind kind, byte[] name)
    {
        (BusTargetKind, string) key = (kind, Encoding.UTF8.GetString(name));
        if (!_targets.TryGetValue(key, out LocalTarget? target))
        {
            target = new LocalTarget();
            _targets.Add(key, target);
        }

        return target;
    }

    private HashSet<Hub> HubsOf(BusDelivery message) =>
        message.Kind == BusTargetKind.Everybody ? _hubs
        : _targets.TryGetValue((message.Kind, Encoding.UTF8.GetString(message.Name.Span)), out LocalTarget? target) ? target.Hubs
        : [];

    private void Deliver(BusDelivery message, Action<BusAnswer> done)
    {
        HashSet<Hub> hubs = HubsOf(message);
        ulong offset = 0;
        if (message.Kind == BusTargetKind.Room && hubs.Count > 0)
        {
            offset = ++TargetOf(message.Kind, message.Name.ToArray()).Offset;
            message = message with { Offset = offset };
        }

        if (hubs.Count == 0)
        {
            done(new BusAnswer(BusOutcome.Done, 0, 0));
            return;
        }

        int open = hubs.Count;
        long reached = 0;
        foreach (Hub hub in hubs)
        {
            hub.Deliver([message], counts =>
            {
                Interlocked.Add(ref reached, counts[0]);
                if (Interlocked.Decrement(ref open) == 0)
                {
                    done(new BusAnswer(BusOutcome.Done, offset, (ulong)Interlocked.Read(ref reached)));
                }
            });
        }
    }

    private void Do(Action step)
    {
        _steps.Enqueue(step);
        if (Interlocked.Increment(ref _waiting) > 1)
        {
            return;
        }

        do
        {
            _steps.TryDequeue(out Action? next);
            next!();
        }
        while (Interlocked.Decrement(ref _waiting) > 0);
    }

    private sealed class LocalTarget
    {
        public byte[] Epoch { get; } = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 6)));

        public ulong Offset { get; set; }

        public HashSet<Hub> Hubs { get; } = [];
    }

    private sealed class LocalBus(LocalExchange exchange, Hub hub) : MessageBus
    {
        public override void Link(BusTargetKind kind, byte[] name, ulong number) => exchange.Link(hub, kind, [.. name], number);

        public override void Unlink(BusTargetKind kind, byte[] name) => exchange.Unlink(hub, kind, [.. name]);

        public override void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done) =>
            exchange.Publish(
                new BusDelivery
                {
                    Kind = kind, Name = name.ToArray(), MessageId = message.MessageId.ToArray(), User = message.User.ToArray(),
                    DataKind = message.DataKind, Data = message.Data.ToArray(),
                },
                done);

        public override void Tell(byte[] room, byte[] messageId, byte[] user) => exchange.Tell(
            hub, new BusDelivery { Kind = BusTargetKind.Room, Name = room.ToArray(), MessageId = messageId.ToArray(), User = user.ToArray() });
    }
}
