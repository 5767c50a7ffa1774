using Google.Protobuf;
using Node.Connect.Cluster;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Tests.Cluster;

/// <summary>A node whose hub is a list of what came, room by room, since its member joined.</summary>
internal sealed class SimulatedNode : IBusReceiver
{
    private readonly Random _random;
    private readonly Dictionary<int, SimulatedMember> _members = [];
    private long _now;
    private ulong _links;
    private readonly List<Action> _acknowledgements = [];

    public SimulatedNode(string id, ulong incarnation, Random random, long now)
    {
        (Id, Incarnation, _random) = (id, incarnation, random);
        Core = new ManagerBusCore(id, incarnation, this, (ulong)random.NextInt64());
        Core.Tick(now);
    }

    public string Id { get; }

    public ulong Incarnation { get; }

    public ManagerBusCore Core { get; }

    /// <summary>Memberships that are over and that last, in no order.</summary>
    public List<SimulatedMember> Members { get; } = [];

    public bool IsMember(int room) => _members.TryGetValue(room, out SimulatedMember? member) && member.IsLinked;

    public void JoinOrLeave(int room, long now, bool join)
    {
        var key = new TargetKey(Target.Types.Kind.Room, ClusterSimulation.RoomName(room));
        if (join && !_members.ContainsKey(room))
        {
            var member = new SimulatedMember(room, now);
            _members.Add(room, member);
            Members.Add(member);
            Core.Link(key, ++_links);
        }
        else if (!join && _members.Remove(room, out SimulatedMember? left))
        {
            left.IsOver = true;
            Core.Unlink(key);
        }

        Core.Flush();
    }

    public void Tick(long now)
    {
        _acknowledgements.ForEach(acknowledge => acknowledge());
        _acknowledgements.Clear();
        _now = now;
        Core.Tick(now);
        Core.Flush();
    }

    public void Linked(in TargetKey room, ulong number, ByteString epoch, ulong offset) =>
        _members[RoomOf(room)].Linked(epoch.ToStringUtf8(), offset, _now);

    public void LinkFailed(in TargetKey room, ulong number)
    {
        // Whoever wanted to join is told to try again.
        _members.Remove(RoomOf(room));
        Core.Unlink(room);
    }

    public void Deliver(IReadOnlyList<Delivery> deliveries, Action<uint[]> reached)
    {
        var counts = new uint[deliveries.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            if (_members.TryGetValue(RoomOf(TargetKey.Of(deliveries[i].Target)), out SimulatedMember? member))
            {
                member.Take(deliveries[i]);
                counts[i] = 1;
            }
        }

        if (_random.Next(2) == 0)
        {
            reached(counts);
        }
        else
        {
            _acknowledgements.Add(() => reached(counts));
        }
    }

    private static int RoomOf(in TargetKey room) => room.Name.Span[^1] - '0';
}
