using System.Net;
using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>
/// One loop, some peers and a seed: random work, and after every turn everything that must hold.
/// </summary>
/// <remarks>
/// An even seed is gentle: nobody breaks a connection, so every frame must be accounted for. An odd one breaks whatever it can.
/// </remarks>
internal sealed class TransportSimulation : IDisposable
{
    private const int MaxPeers = 8;

    private readonly Random _random;
    private readonly SimulatedPoller _poller;
    private readonly EventLoop _loop;
    private readonly List<SimulatedPeer> _peers = [];
    private readonly List<SimulatedSession> _sessions = [];
    private readonly SendPolicy[] _policies;
    private readonly bool _gentle;
    private int _frames;
    private bool _settling;

    public TransportSimulation(int seed)
    {
        _gentle = seed % 2 == 0;
        _random = new Random(seed);
        _poller = new SimulatedPoller(_random, SimulatedFaults.Any(_random));
        _loop = new EventLoop(0, _poller);
        _policies = [.. Enum.GetValues<Overflow>().Select(overflow => new SendPolicy(overflow, _random.Next(100, 4096)))];
        _loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), connection =>
        {
            SimulatedPeer peer = _peers.Single(peer => peer.Socket == _poller.LastAccepted);
            peer.Session = new SimulatedSession(connection, peer, _random, _gentle, Send, AnySession) { IsQuiet = _settling };
            _sessions.Add(peer.Session);
            return peer.Session;
        });
    }

    public void Run(int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            Disturb();
            _poller.Advance(_random.Next(10) == 0 ? _random.Next(1000) : _random.Next(5));
            Turn();
        }

        Settle();
    }

    public void Dispose() => _loop.Dispose();

    private void Turn()
    {
        _loop.Turn();
        long queued = 0;
        foreach (SimulatedSession session in _sessions)
        {
            session.Check();
            queued += session.Connection.QueuedBytes;
        }

        Assert.Equal(queued, _loop.Counters.QueuedBytes);
        Assert.Equal(_sessions.Count(session => !session.IsClosed), _loop.ConnectionCount);
        Assert.Equal(_loop.Counters.Opened - _loop.Counters.Closed, _loop.ConnectionCount);
        Assert.Equal(_loop.ConnectionCount + 1, _poller.OpenDescriptors);
        Assert.True(_loop.Timers.Count <= _loop.ConnectionCount, "a closed connection has a timer");
    }

    private void Disturb()
    {
        if (_peers.Count(peer => peer.Session is not { IsClosed: true }) < MaxPeers && _random.Next(5) == 0)
        {
            _peers.Add(new SimulatedPeer(_poller.ConnectPeer()));
        }

        foreach (SimulatedPeer peer in _peers)
        {
            peer.Disturb(_random, _gentle);
        }

        foreach (SimulatedSession session in _sessions)
        {
            if (_random.Next(3) == 0)
            {
                _loop.Post(session.Act);
            }
        }

        if (_random.Next(3) == 0)
        {
            _loop.Post(() => Send([.. _sessions]));
        }
    }

    /// <summary>One frame for one or many, as a reply or a room sends it.</summary>
    private void Send(SimulatedSession[] sessions)
    {
        Lane lane = !_gentle && _random.Next(4) == 0 ? (Lane)_random.Next(1, 3) : Lane.Data;
        var traits = new FrameTraits(lane, _policies[_random.Next(_policies.Length)], _random.Next(4) == 0 ? null : "room");
        var sent = new SimulatedFrame(++_frames, _random.Next(SimulatedFrame.MinLength, 200), traits);
        sent.Fill(_loop.Outbox.Reserve(sent.Length + _random.Next(50)));
        int frame = _loop.Outbox.Commit(sent.Length, traits);
        foreach (SimulatedSession session in sessions)
        {
            session.Enqueue(frame, sent);
            if (_random.Next(20) == 0)
            {
                _loop.Outbox.FlushEarly(_random.Next(2) == 0);
            }
        }
    }

    private SimulatedSession AnySession() => _sessions[_random.Next(_sessions.Count)];

    /// <summary>No more trouble: what waits must arrive, what is open must close, and nothing may be left.</summary>
    private void Settle()
    {
        _poller.Faults = SimulatedFaults.None;
        _settling = true;
        _sessions.ForEach(session => session.IsQuiet = true);
        // At least a few turns: what was posted at the end has yet to be produced.
        for (int i = 0; i < 20_000 && (i < 20 || _sessions.Any(session => session.Connection.QueuedBytes > 0)); i++)
        {
            _peers.ForEach(peer => peer.Read(int.MaxValue));
            Turn();
        }

        Assert.Equal(0, _loop.Counters.QueuedBytes);
        _sessions.ForEach(session => _loop.Post(session.Connection.ResumeReading));
        for (int i = 0; i < 40; i++)
        {
            _poller.Advance(500);
            _peers.ForEach(peer => peer.Read(int.MaxValue));
            _peers.ForEach(peer => peer.Socket.End());
            Turn();
        }

        Assert.Equal(0, _loop.ConnectionCount);
        Assert.Equal(0, _loop.Timers.Count);
        Assert.All(_sessions, session => session.CheckEnd());
        if (_gentle && !_sessions.Any(session => session.WasCut))
        {
            LoopCounters counters = _loop.Counters;
            Assert.Equal(
                _sessions.Sum(session => session.EnqueuedFrames),
                _sessions.Sum(session => session.ReceivedFrames)
                    + counters.DroppedOldest + counters.DroppedConflated + counters.DroppedAtClose);
        }
    }
}
