using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Node.Connect.Cluster;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Peer.Bus;

/// <summary>Stands where the hub does: counts what comes, and that each room's numbers have no gap. Written by the bus's thread.</summary>
internal sealed class CountingNode : IBusReceiver
{
    private readonly Dictionary<TargetKey, ulong> _offsets = [];
    private readonly int[] _millis = new int[10_001];
    private int _delivered;

    public int LinkedRooms => _offsets.Count;

    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Numbers that did not follow the one before.</summary>
    public int OutOfOrder { get; private set; }

    /// <summary>In whole milliseconds; the last one stands for all that are longer.</summary>
    public int Latency(double share)
    {
        int millis = 0;
        for (long left = (long)(share * Delivered); millis < _millis.Length - 1 && (left -= _millis[millis]) > 0;)
        {
            millis++;
        }

        return millis;
    }

    public void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset) => _offsets[room] = offset;

    public void LinkFailed(in TargetKey room, ulong number) => throw new InvalidOperationException("a room could not be linked");

    public void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached)
    {
        foreach (Delivery delivery in deliveries)
        {
            var room = TargetKey.Of(delivery.Target);
            OutOfOrder += delivery.Offset == _offsets[room] + 1 ? 0 : 1;
            _offsets[room] = delivery.Offset;
            TimeSpan took = Stopwatch.GetElapsedTime(long.Parse(delivery.Payload.User, CultureInfo.InvariantCulture));
            _millis[Math.Min((int)took.TotalMilliseconds, _millis.Length - 1)]++;
            Volatile.Write(ref _delivered, _delivered + 1);
        }

        reached(new uint[deliveries.Count]);
    }
}
