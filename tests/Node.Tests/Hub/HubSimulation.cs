using Node.Hub;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>
/// A hub of one to three loops, some clients and a seed: loops turn in any order, bytes come and go in any pieces, and people do
/// what people do. Every message that a client is told is held against what it may be told; in the end everything must add up.
/// </summary>
internal sealed class HubSimulation : IDisposable
{
    private const int MaxClients = 10;
    private readonly Random _random;
    private readonly SimulatedHub _hub;
    private readonly SimulatedLedger _ledger;
    private readonly string[] _rooms;
    private readonly string[] _users;
    private readonly List<SimulatedMember> _members = [];
    private readonly List<Task<int>> _kicks = [];
    private readonly int _envelopesBefore = Envelope.OnTheirWay;

    public HubSimulation(int seed)
    {
        _random = new Random(seed);
        Overflow overflow = (Overflow)_random.Next(3);
        bool isTight = _random.Next(3) == 0;
        var options = new HubOptions
        {
            Queue = new SendPolicy(Overflow.Close, isTight && overflow == Overflow.Close ? 2_000 : 16 * 1024 * 1024),
            RoomPolicies = isTight && overflow != Overflow.Close ? [new RoomPolicy("t*", new SendPolicy(overflow, 500))] : [],
            MaxRoomsPerConnection = 2,
            History = new HistoryOptions(_random.Next(0, 20), _random.Next(100, 4_000), 60_000),
            PresenceLimit = _random.Next(6),
        };
        _ledger = new SimulatedLedger { IsLossy = options.RoomPolicies.Count > 0 };
        SimulatedFaults faults = SimulatedFaults.Any(_random) with { AddFails = 0, AcceptFails = 0 };
        _hub = new SimulatedHub(_random.Next(1, 4), options, _random, SimulatedFaults.None);
        _rooms = Names("one", "two", "three");
        _users = Names("alice", "bob", "carol", "dave");
        _hub.SetFaults(faults);
    }

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Disturb();
            _hub.Turn(_random.Next(_hub.Loops.Length));
            _members.ForEach(member => member.Exchange(_random, _random.Next(2_000)));
        }

        Settle();
    }

    public void Dispose() => _hub.Dispose();

    /// <summary>Names whose owners the seed decides, so that a seed plays the same in every process.</summary>
    private string[] Names(params string[] prefixes) =>
        [.. prefixes.Select(prefix => _hub.NameOwnedBy(_random.Next(_hub.Loops.Length), prefix))];

    private void Disturb()
    {
        if (_members.Count(member => !member.IsGone) < MaxClients && _random.Next(4) == 0)
        {
            string user = _users[_random.Next(_users.Length)];
            var peer = new HubPeer($"/ws?user={user}", proto: _random.Next(2) == 0);
            _members.Add(new SimulatedMember(_hub.Connect(_random.Next(_hub.Loops.Length), peer), user, _ledger));
        }

        foreach (SimulatedMember member in _members.Where(member => !member.IsGone && _random.Next(3) == 0))
        {
            Act(member);
        }

        switch (_random.Next(60))
        {
            case 0: _kicks.Add(_hub.Hub.KickAsync(_users[_random.Next(_users.Length)])); break;
            case 1: _ = _hub.Hub.BroadcastAsync("all", "notice"); break;
            case 2: _ = _hub.Hub.PublishAsync(_rooms[_random.Next(_rooms.Length)], _ledger.NewText("hub")); break;
            case 3: _ = _hub.Hub.SendToUserAsync(_users[_random.Next(_users.Length)], "hello", "notice"); break;
            case 4: _hub.Hub.Apply(_hub.Hub.Options with { PresenceLimit = _random.Next(6) }); break;
            default: _hub.Advance(_random.Next(3)); break;
        }
    }

    private void Act(SimulatedMember member)
    {
        string room = _rooms[_random.Next(_rooms.Length)];
        switch (_random.Next(40))
        {
            case < 10: member.Join(room, _random.Next(2) == 0); break;
            case < 14: member.Ask("leave", room); break;
            case < 30: member.Publish(room); break;
            case < 32: member.Direct(_users[_random.Next(_users.Length)]); break;
            case < 34: member.Ask("presence", room); break;
            case < 36: member.Ask("history", room); break;
            case 36: member.Ask("nonsense", room); break;
            case 37: member.Say(HubPeer.Close(1000)); break;
            case 38: member.Reset(_random); break;
            default: member.Say(Wire.FrameBytes.Client(Node.Wire.Opcode.Ping, "?"u8)); break;
        }
    }

    /// <summary>No more trouble: what is open must be complete and alike, and when all have gone, nothing may be left.</summary>
    private void Settle()
    {
        _hub.SetFaults(SimulatedFaults.None);
        for (int i = 0; i < 3; i++)
        {
            _members.ForEach(member => member.Flush());
            _hub.Settle();
            _members.ForEach(member => member.Exchange(_random, int.MaxValue));

            // A connection that is being closed is a member until the client has closed its side too.
            _members.Where(member => member.Client.Peer.Closed is not null).ToList().ForEach(member => member.Client.Socket.End());
        }

        _hub.Settle();
        Assert.All(_kicks, kick => Assert.True(kick.IsCompleted));
        if (!_ledger.IsLossy)
        {
            CheckMembership();
        }
        else if (_ledger.Gaps > 0)
        {
            Assert.True(_hub.Loops.Sum(loop => loop.Counters.DroppedOldest + loop.Counters.DroppedConflated) > 0, "a gap that nobody counted");
        }

        _members.ForEach(member => member.Client.Socket.End());
        for (int i = 0; i < 4; i++)
        {
            _hub.Settle();
            _hub.Advance(3_000);
        }

        _hub.Settle();
        _hub.AssertEmpty();
        Assert.Empty(_hub.Faults);
        Assert.Equal(_envelopesBefore, Envelope.OnTheirWay);
    }

    private void CheckMembership()
    {
        SimulatedMember[] open = [.. _members.Where(member => !member.IsGone && member.Client.Peer.Closed is null)];
        Assert.All(open, member => member.CheckAnswered());
        foreach (string name in _rooms)
        {
            Room? room = _hub.Hub.OwnerOf(Utf8Comparer.Bytes(name)).Rooms.FindOwned(Utf8Comparer.Bytes(name));
            SimulatedMember[] inside = [.. open.Where(member => member.IsIn(name))];
            Assert.Equal(inside.Length, room?.Members ?? 0);
            RoomPresence presence = RoomPresence.Of(room, 200);
            Assert.Equal(inside.Select(member => member.User).Distinct().Count(), presence.UserCount);
            Assert.All(inside, member => Assert.Equal(room!.Offset, member.LastIn(name)));
        }
    }
}
