using System.Globalization;
using Google.Protobuf;
using Node.Connect.Cluster;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;
using StatusCode = Grpc.Core.StatusCode;

namespace Node.Tests.Cluster;

/// <summary>
/// Nodes and managers on one thread, with a seed for everything that networks, kills and late news do to them: streams that deliver at
/// any time and break at any time, processes that die and come back, a registry that each hears of when it likes.
/// </summary>
internal sealed class ClusterSimulation
{
    private const int Rooms = 4;

    private readonly Random _random;
    private readonly SimulationFaults _faults;
    private readonly List<SimulatedManager> _managers = [];
    private readonly List<SimulatedManager> _everyManager = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<SimulatedStream> _streams = [];
    private readonly List<SimulatedPush> _pushes = [];
    private ulong _incarnations;
    private ulong _pushNumbers;
    private bool _calm;

    public ClusterSimulation(int seed, SimulationFaults faults)
    {
        _random = new Random(seed);
        _faults = faults;
        for (int i = 0; i < faults.Managers; i++)
        {
            StartManager($"manager-{i}");
        }

        for (int i = 0; i < faults.Nodes; i++)
        {
            StartNode($"node-{i}");
        }
    }

    public long Now { get; private set; }

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public IReadOnlyList<SimulatedPush> Pushes => _pushes;

    /// <summary>Take-overs that went on without a node: it can have missed messages then.</summary>
    public long SettledLate => _everyManager.Sum(manager => manager.Router.Counters.SettledLate);

    public bool NodesWereKilled { get; private set; }

    public static ByteString RoomName(int room) => ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"room-{room}"));

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Step();
        }

        Calm();
    }

    private void Step()
    {
        int dice = _random.Next(1000);
        if (dice < _faults.KillManager)
        {
            KillManager();
        }
        else if (dice < _faults.KillManager + _faults.KillNode)
        {
            KillNode();
        }
        else if (dice < _faults.KillManager + _faults.KillNode + _faults.BreakStream)
        {
            PickStream()?.Break();
        }
        else if (dice < 200)
        {
            _nodes[_random.Next(_nodes.Count)].JoinOrLeave(_random.Next(Rooms), Now, _random.Next(3) > 0);
        }
        else if (dice < 350)
        {
            PublishFromNode();
        }
        else if (dice < 450)
        {
            PushFromOutside();
        }
        else
        {
            Move();
        }
    }

    /// <summary>No more faults and no more messages: everything comes to rest, and whatever can be delivered is.</summary>
    private void Calm()
    {
        _calm = true;
        for (int i = 0; i < _faults.Managers; i++)
        {
            if (_managers.All(manager => manager.Id != $"manager-{i}"))
            {
                StartManager($"manager-{i}");
            }
        }

        for (int round = 0; round < 300; round++)
        {
            for (int i = 0; i < 20; i++)
            {
                Move();
            }

            DrainStreams();
            Advance(100);
        }
    }

    /// <summary>One thing happens that takes time: news, a delivery, an attach, a tick.</summary>
    private void Move()
    {
        switch (_random.Next(6))
        {
            case 0:
                Advance(_random.Next(_calm ? 50 : 60));
                break;
            case 1:
                HearNews();
                break;
            case 2:
                Attach();
                break;
            case 3:
                RetryPushes();
                break;
            default:
                PickStream()?.DeliverSome(_random);
                break;
        }
    }

    private void Advance(int milliseconds)
    {
        Now += milliseconds;
        _managers.ForEach(manager => manager.Tick(Now));
        _nodes.ForEach(node => node.Tick(Now));
    }

    private void DrainStreams()
    {
        for (int i = 0; i < 10; i++)
        {
            foreach (SimulatedStream stream in _streams.ToList())
            {
                stream.DeliverAll();
            }
        }
    }

    private void HearNews()
    {
        var view = new ManagerView(_managers.Select(manager => new ManagerKey(manager.Id, (long)manager.Incarnation)));
        if (_random.Next(2) == 0)
        {
            SimulatedNode node = _nodes[_random.Next(_nodes.Count)];
            node.Core.Apply(view);
            node.Core.Flush();
        }
        else if (_managers.Count > 0)
        {
            SimulatedManager manager = _managers[_random.Next(_managers.Count)];
            manager.Router.Apply(_nodes.Select(node => node.Id).ToHashSet());
            manager.Router.Apply(view);
            manager.Router.Flush();
        }
    }

    private void Attach()
    {
        if (_managers.Count == 0)
        {
            return;
        }

        SimulatedManager manager = _managers[_random.Next(_managers.Count)];
        SimulatedNode node = _nodes[_random.Next(_nodes.Count)];
        if (_streams.All(stream => stream.IsBroken || stream.Manager != manager || stream.Node != node))
        {
            _streams.RemoveAll(stream => stream.IsBroken);
            _streams.Add(SimulatedStream.Open(manager, node));
        }
    }

    private void PublishFromNode()
    {
        SimulatedNode node = _nodes[_random.Next(_nodes.Count)];
        int[] rooms = [.. Enumerable.Range(0, Rooms).Where(room => node.IsMember(room))];
        if (rooms.Length > 0)
        {
            int room = rooms[_random.Next(rooms.Length)];
            var push = new SimulatedPush($"p{_pushNumbers++}", room, Now, node, null);
            _pushes.Add(push);
            node.Core.Publish(
                new TargetKey(Target.Types.Kind.Room, RoomName(room)), PayloadOf(push),
                outcome => push.Answer(outcome.Code, outcome.Offset, outcome.Connections));
            node.Core.Flush();
        }
    }

    private void PushFromOutside()
    {
        var id = new MessageId { Key = $"k{_pushNumbers}" };
        var push = new SimulatedPush($"p{_pushNumbers++}", _random.Next(Rooms), Now, null, id);
        _pushes.Add(push);
    }

    /// <summary>An application asks any manager, which passes it to the owner in its view; until it gets an answer.</summary>
    private void RetryPushes()
    {
        foreach (SimulatedPush push in _pushes.Where(push => push.Id is not null && !push.IsDone && push.NextAttempt <= Now))
        {
            if (_managers.Count == 0)
            {
                return;
            }

            var target = new TargetKey(Target.Types.Kind.Room, RoomName(push.Room));
            string? owner = _managers[_random.Next(_managers.Count)].Router.OwnerOf(target);
            SimulatedManager? manager = _managers.Find(candidate => candidate.Id == owner);
            push.NextAttempt = Now + 3000;
            manager?.Router.Push(target, push.Id!, PayloadOf(push), outcome =>
            {
                if (outcome.Code == StatusCode.OK && !outcome.IsUnknown)
                {
                    push.Answer(outcome.Code, outcome.Offset, outcome.Connections);
                }
                else if (outcome.IsUnknown)
                {
                    push.Answer(StatusCode.OK, 0, 0);
                }
            });
            manager?.Router.Flush();
        }
    }

    private static Payload PayloadOf(SimulatedPush push) => new() { Data = ByteString.CopyFromUtf8(push.Text) };

    private SimulatedStream? PickStream()
    {
        List<SimulatedStream> open = [.. _streams.Where(stream => !stream.IsBroken)];
        return open.Count > 0 ? open[_random.Next(open.Count)] : null;
    }

    private void StartManager(string id)
    {
        var manager = new SimulatedManager(id, ++_incarnations, new Random(_random.Next()));
        manager.Tick(Now);
        _managers.Add(manager);
        _everyManager.Add(manager);
    }

    private void StartNode(string id) => _nodes.Add(new SimulatedNode(id, ++_incarnations, new Random(_random.Next()), Now));

    private void KillManager()
    {
        if (_managers.Count == 0)
        {
            return;
        }

        SimulatedManager killed = _managers[_random.Next(_managers.Count)];
        _managers.Remove(killed);
        _streams.Where(stream => stream.Manager == killed).ToList().ForEach(stream => stream.Break());
        if (_managers.Count == 0 || _random.Next(2) == 0)
        {
            StartManager(killed.Id);
        }
    }

    private void KillNode()
    {
        NodesWereKilled = true;
        int place = _random.Next(_nodes.Count);
        SimulatedNode killed = _nodes[place];
        _nodes.RemoveAt(place);
        _streams.Where(stream => stream.Node == killed).ToList().ForEach(stream => stream.Break());
        _pushes.RemoveAll(push => push.From == killed && !push.IsDone);
        StartNode(killed.Id);
    }
}
