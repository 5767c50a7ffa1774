using Google.Protobuf;
using Node.Connect.Cluster;
using Node.Connect.Cluster.Stores;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Tests.Cluster.Buses;

/// <summary>A node of the simulation: the core, its store, and a hub that checks what it is given.</summary>
internal sealed class SimulatedBusNode : IBusReceiver
{
    private readonly Dictionary<TargetKey, (string Epoch, ulong Offset)> _rooms = [];
    private readonly HashSet<string> _heard = [];
    private readonly Dictionary<(TargetKey, string, ulong), string> _order;
    private ulong _numbers;

    /// <param name="log">The store.</param>
    /// <param name="random">Of the seed.</param>
    /// <param name="id">Of the node.</param>
    /// <param name="order">What stands at which number; the same for all nodes.</param>
    public SimulatedBusNode(SimulatedLog log, Random random, int id, Dictionary<(TargetKey, string, ulong), string> order)
    {
        (_order, Id) = (order, id);
        Store = new SimulatedStore(log, random);
        Core = new StoreBusCore(this, Store, (ulong)id + 1);
        Store.Core = Core;
    }

    public int Id { get; }

    public SimulatedStore Store { get; }

    public StoreBusCore Core { get; }

    public HashSet<TargetKey> Wanted { get; } = [];

    /// <summary>Publishes with an answer; each has one.</summary>
    public int Answered { get; private set; }

    public int Published { get; private set; }

    /// <summary>What it should have got may be lost on the way.</summary>
    public bool MayMiss { get; set; }

    /// <summary>A room may be forgotten by the store, and go on from what a node knows that is behind.</summary>
    public bool MayJump { get; set; }

    public (string Epoch, ulong Offset)? PlaceOf(in TargetKey room) => _rooms.TryGetValue(room, out (string, ulong) place) ? place : null;

    public void Toggle(in TargetKey room)
    {
        if (Wanted.Add(room))
        {
            Core.Link(room, ++_numbers);
        }
        else
        {
            Leave(room);
        }
    }

    public void Publish(TargetKey room)
    {
        string text = $"{Id}:{++Published}";
        bool isAnswered = false;
        Core.Publish(room, new Payload { Data = ByteString.CopyFromUtf8(text) }, answer =>
        {
            Assert.False(isAnswered, $"{text} has two answers");
            isAnswered = true;
            Answered++;
            if (answer.Outcome == BusOutcome.Done)
            {
                Promised.Add((room, answer.Offset, text));
            }
        });
    }

    /// <summary>What was said to be done.</summary>
    public List<(TargetKey Room, ulong Offset, string Text)> Promised { get; } = [];

    public void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset)
    {
        if (_rooms.TryGetValue(room, out (string Epoch, ulong Offset) before) && !MayJump)
        {
            Assert.True(before.Offset == offset, $"node {Id}: {room.Name.ToStringUtf8()} jumps from {before} to {offset}");
        }

        _rooms[room] = (epoch.ToStringUtf8(), offset);
    }

    public void LinkFailed(in TargetKey room, ulong number)
    {
        Leave(room);
    }

    public void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached)
    {
        foreach (Delivery delivery in deliveries)
        {
            var room = TargetKey.Of(delivery.Target);
            string text = delivery.Payload.Data.ToStringUtf8();
            (string epoch, ulong offset) = _rooms[room];
            Assert.True(_heard.Add(text), $"node {Id}: {text} came twice");
            Assert.True(
                delivery.Offset == offset + 1 || (MayMiss && delivery.Offset > offset), $"node {Id}: {delivery.Offset} after {offset}");
            Assert.Equal(text, _order.TryAdd((room, epoch, delivery.Offset), text) ? text : _order[(room, epoch, delivery.Offset)]);
            _rooms[room] = (epoch, delivery.Offset);
        }

        reached(new uint[deliveries.Count]);
    }

    private void Leave(in TargetKey room)
    {
        Wanted.Remove(room);
        _rooms.Remove(room);
        Core.Unlink(room);
    }
}
