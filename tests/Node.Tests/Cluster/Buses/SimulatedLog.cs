using Node.Connect.Cluster.Stores;
using Node.Protocol.Bus;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Tests.Cluster.Buses;

/// <summary>What a store is, whatever it is made of: one order of batches, and a room's life and next number.</summary>
internal sealed class SimulatedLog
{
    private readonly Dictionary<TargetKey, (string Epoch, ulong Next)> _rooms = [];
    private int _lives;

    /// <summary>Without a batch: the room was forgotten.</summary>
    public List<(TargetKey Target, BusBatch? Batch)> Events { get; } = [];

    public (string Epoch, ulong Next)? RoomOf(in TargetKey room) => _rooms.TryGetValue(room, out (string, ulong) known) ? known : null;

    public ulong Put(StoreBatch batch)
    {
        BusBatch message = batch.ToMessage();
        if (batch.Target.Kind == Target.Types.Kind.Room)
        {
            bool isKnown = _rooms.TryGetValue(batch.Target, out (string Epoch, ulong Next) room);
            (message.Epoch, message.First) = isKnown ? room : ($"life{++_lives}", batch.KnownOffset + 1);
            _rooms[batch.Target] = (message.Epoch, message.First + (ulong)message.Messages.Count);
        }

        Events.Add((batch.Target, message));
        return message.First;
    }

    public void Forget(in TargetKey room)
    {
        if (_rooms.Remove(room))
        {
            Events.Add((room, null));
        }
    }
}
