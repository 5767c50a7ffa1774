using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A batch of the bus on its way to the buckets that own its targets, and the counts on their way back. Each bucket gets its part in
/// one post and in order.
/// </summary>
internal sealed class BusInbox
{
    private readonly Hub _hub;
    private readonly IReadOnlyList<BusDelivery> _deliveries;
    private readonly Action<uint[]> _reached;
    private readonly uint[] _counts;
    private int _waiting;

    private BusInbox(Hub hub, IReadOnlyList<BusDelivery> deliveries, Action<uint[]> reached)
    {
        _hub = hub;
        _deliveries = deliveries;
        _reached = reached;
        _counts = new uint[deliveries.Count];
    }

    public static void Deliver(Hub hub, IReadOnlyList<BusDelivery> deliveries, Action<uint[]> reached) =>
        new BusInbox(hub, deliveries, reached).Spread();

    private void Spread()
    {
        var parts = new List<int>?[_hub.Buckets.Length];
        for (int i = 0; i < _deliveries.Count; i++)
        {
            BusDelivery delivery = _deliveries[i];
            if (delivery.Kind != BusTargetKind.Everybody)
            {
                (parts[_hub.OwnerOf(delivery.Name.Span).Index] ??= []).Add(i);
                continue;
            }

            for (int bucket = 0; bucket < parts.Length; bucket++)
            {
                (parts[bucket] ??= []).Add(i);
            }
        }

        _waiting = parts.Count(part => part is not null);
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part)
            {
                Bucket bucket = _hub.Buckets[i];
                bucket.Loop.Post(() => Run(bucket, part));
            }
        }
    }

    private void Run(Bucket bucket, List<int> part)
    {
        // Answered first: sending to a room of a million takes a loop seconds, and whoever pushes would wait for them.
        try
        {
            foreach (int place in part)
            {
                Interlocked.Add(ref _counts[place], (uint)CountReached(bucket, _deliveries[place]));
            }

            if (Interlocked.Decrement(ref _waiting) == 0)
            {
                _reached(_counts);
            }
        }
        finally
        {
            foreach (int place in part)
            {
                Deliver(bucket, _deliveries[place]);
            }
        }
    }

    private static int CountReached(Bucket bucket, BusDelivery delivery) => delivery.Kind switch
    {
        BusTargetKind.Room => bucket.Rooms.FindOwned(delivery.Name.Span)?.Members ?? 0,
        BusTargetKind.User => bucket.Users.ChannelsOf(delivery.Name.Span).Length,
        _ => (int)bucket.Counters.Named,
    };

    private static void Deliver(Bucket bucket, BusDelivery delivery)
    {
        byte[] route = delivery.MessageId.IsEmpty ? DefaultRoute(delivery.Kind) : delivery.MessageId.ToArray();
        if (delivery.Kind == BusTargetKind.Room)
        {
            bucket.Rooms.FindOwned(delivery.Name.Span)?.Accept(route, delivery);
            return;
        }

        Envelope envelope = Envelope.Of(
            null, route, delivery.Name.Span, delivery.User.Span, delivery.DataKind, delivery.Data.Span);
        if (delivery is { Kind: BusTargetKind.Everybody, Rate: > 0 })
        {
            PacedBroadcast.Start(bucket, envelope, Math.Max(1, delivery.Rate / bucket.Hub.Buckets.Length));
            return;
        }

        if (delivery.Kind == BusTargetKind.User)
        {
            bucket.Users.Deliver(envelope);
        }
        else
        {
            bucket.Broadcast(envelope);
        }

        envelope.Release();
    }

    private static byte[] DefaultRoute(BusTargetKind kind) => kind switch
    {
        BusTargetKind.Room => RouteNames.Publish,
        BusTargetKind.User => RouteNames.Direct,
        _ => RouteNames.Broadcast,
    };
}
