using System.Buffers.Binary;
using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>A handler that does anything it may, and checks everything it is told.</summary>
internal sealed class SimulatedSession(
    Connection connection, SimulatedPeer peer, Random random, bool gentle, Action<SimulatedSession[]> send, Func<SimulatedSession> any)
    : ConnectionHandler
{
    private readonly Dictionary<int, SimulatedFrame> _enqueued = [];
    private readonly HashSet<int> _received = [];
    private int _parsed;
    private int _lastInOrder;
    private int _consumed;
    private int _calls;
    private bool _droppedWaiting;
    private bool _overflowed;
    private CloseCause? _cause;

    public Connection Connection { get; } = connection;

    public bool IsClosed => _cause is not null;

    /// <summary>It overflowed, and its peer did not take what was left in the time that a close has.</summary>
    public bool WasCut => _overflowed && _cause == CloseCause.Aborted;

    /// <summary>Does nothing by itself any more.</summary>
    public bool IsQuiet { get; set; }

    public long EnqueuedFrames => _enqueued.Count;

    public long ReceivedFrames => _received.Count;

    public void Enqueue(int frame, SimulatedFrame sent)
    {
        if (Connection.AcceptsFrames)
        {
            _enqueued.Add(sent.Number, sent);
        }

        Connection.Loop.Outbox.Enqueue(Connection, frame);
    }

    /// <summary>Something that a protocol might do, at any moment.</summary>
    public void Act()
    {
        switch (random.Next(IsQuiet ? 1 : 60))
        {
            case 0: break;
            case < 20: send([this]); break;
            case < 24: Connection.PauseReading(); break;
            case < 34: Connection.ResumeReading(); break;
            case < 37: Connection.SetDeadline(Connection.Loop.Now + random.Next(2000)); break;
            case 37: Connection.ClearDeadline(); break;
            case 38: Connection.Close(gentle ? 1_000_000_000 : random.Next(3000), random.Next(2) == 0); break;
            case 39:
                _droppedWaiting = true;
                Connection.DropWaiting();
                break;
            case 40 when !gentle: Connection.Abort(); break;
            case 41 when !gentle: any().Connection.Abort(); break;
            case < 45:
                SimulatedSession other = any();
                send(other == this ? [this] : [other, this]);
                break;
        }
    }

    public override int OnReceive(Span<byte> data)
    {
        using var call = new Call(this);
        Assert.Equal(peer.Written.GetRange(_consumed, data.Length), data.ToArray());
        int consumed = random.Next(4) == 0 && data.Length < 1000 ? random.Next(data.Length + 1) : data.Length;
        _consumed += consumed;
        ActOrFail();
        return consumed;
    }

    public override void OnDeadline()
    {
        using var call = new Call(this);
        ActOrFail();
    }

    public override void OnDrained()
    {
        using var call = new Call(this);
        Assert.Equal(0, Connection.QueuedBytes);
        ActOrFail();
    }

    public override void OnOverflow()
    {
        using var call = new Call(this);
        Assert.False(_overflowed, "one overflow closes a connection");
        _overflowed = true;
        ActOrFail();
    }

    public override void OnClosed(CloseCause cause)
    {
        Assert.Equal(0, _calls);
        Assert.Null(_cause);
        _cause = cause;
    }

    /// <summary>What has arrived is whole frames that were enqueued here, each once, in order, and then part of one.</summary>
    public void Check()
    {
        ReadOnlySpan<byte> all = [.. peer.Received];
        while (all.Length - _parsed >= SimulatedFrame.MinLength)
        {
            ReadOnlySpan<byte> rest = all[_parsed..];
            int number = BinaryPrimitives.ReadInt32LittleEndian(rest);
            Assert.True(_enqueued.TryGetValue(number, out SimulatedFrame? frame), $"frame {number} was not enqueued here");
            int present = Math.Min(frame.Length, rest.Length);
            Assert.Equal(frame.ToArray()[..present], rest[..present].ToArray());
            if (present < frame.Length)
            {
                break;
            }

            Assert.True(_received.Add(number), $"frame {number} came twice");
            if (frame.Traits is { Lane: Lane.Data, Policy.Overflow: not Overflow.LatestOnly })
            {
                Assert.True(number > _lastInOrder, $"frame {number} came after {_lastInOrder}");
                _lastInOrder = number;
            }

            _parsed += frame.Length;
        }
    }

    public void CheckEnd()
    {
        Assert.NotNull(_cause);
        Assert.True(peer.Socket.ServerClosed);
        // A connection that overflowed is closed within a time, and a slow peer may not take the rest of a frame in it.
        if (gentle && !WasCut)
        {
            Assert.True(_parsed == peer.Received.Count, "the stream ends within a frame");
        }

        // A frame that must not be missed may be missing only where the connection did not live on.
        if (gentle && !_overflowed && !_droppedWaiting)
        {
            Assert.DoesNotContain(
                _enqueued.Values,
                frame => frame.Traits.Policy.Overflow == Overflow.Close && !_received.Contains(frame.Number));
        }
    }

    private void ActOrFail()
    {
        if (!gentle && !IsQuiet && random.Next(200) == 0)
        {
            throw new InvalidOperationException("a handler's own bug");
        }

        if (random.Next(4) == 0)
        {
            Act();
        }
    }

    private readonly ref struct Call
    {
        private readonly SimulatedSession _session;

        public Call(SimulatedSession session)
        {
            Assert.Null(session._cause);
            _session = session;
            _session._calls++;
        }

        public void Dispose() => _session._calls--;
    }
}
