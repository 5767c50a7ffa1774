using Node.Protocol.Connect;

namespace Node.Connect.Cluster;

/// <summary>
/// What rooms were sent lately, kept for their next owner: for a time, and within a bound in bytes over all rooms. The messages themselves
/// stand with their targets; this knows their age and size. The bus's thread.
/// </summary>
/// <param name="counters">Counts what is forgotten before its time.</param>
/// <param name="emptied">Hears of a target that has lost its last one.</param>
internal sealed class RetainedMessages(BusCounters counters, Action<BusTarget> emptied)
{
    public const int KeepMs = 30_000;

    private const long MaxBytes = 128L * 1024 * 1024;

    // Ids, names and the object itself.
    private const int BytesBesideData = 256;

    private readonly Queue<(BusTarget Target, Delivery Delivery, long At)> _byAge = new();
    private long _bytes;

    public void Add(BusTarget target, Delivery delivery, long now)
    {
        (target.Retained ??= new()).Enqueue(delivery);
        _byAge.Enqueue((target, delivery, now));
        _bytes += SizeOf(delivery);
    }

    /// <summary>Forgets what is too old, and the oldest while there is too much.</summary>
    public void Expire(long now)
    {
        while (_byAge.TryPeek(out (BusTarget Target, Delivery Delivery, long At) oldest) && (now - oldest.At > KeepMs || _bytes > MaxBytes))
        {
            counters.ForgottenEarly += now - oldest.At > KeepMs ? 0 : 1;
            _byAge.Dequeue();
            _bytes -= SizeOf(oldest.Delivery);
            Queue<Delivery>? retained = oldest.Target.Retained;
            if (retained is not null && retained.TryPeek(out Delivery? first) && ReferenceEquals(first, oldest.Delivery))
            {
                retained.Dequeue();
                emptied(oldest.Target);
            }
        }
    }

    private static int SizeOf(Delivery delivery) => delivery.Payload.Data.Length + BytesBesideData;
}
