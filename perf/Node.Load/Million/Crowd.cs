using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Node.Load.Net;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>
/// The clients of one load process: each a user with its own token, in a room of a few and in the room of everybody. Who loses its connection
/// comes back at another node. One thread only.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private const int ScratchSize = 64 * 1024;
    private const int MostAtOnce = 512;
    private const int FirstPauseMs = 500;

    private readonly CrowdPlan _plan;
    private readonly int _process;
    private readonly CrowdSockets _sockets = new();
    private readonly CrowdMessages _messages;
    private readonly CrowdClient[] _clients;
    private readonly Dictionary<int, byte[]> _unread = [];
    private readonly PriorityQueue<int, long> _returning = new();
    private readonly HashSet<int> _avoided = [];
    private readonly byte[] _scratch = new byte[ScratchSize];
    private readonly Action<int, uint> _serve;
    private readonly int _firstRoom;
    private readonly Random _random = new();
    private int _killed = -1;
    private int _next;
    private int _toOpen;
    private int _atOnce = 64;
    private int _windowMs = 5000;
    private int _sources;

    public Crowd(CrowdPlan plan, int process)
    {
        (_plan, _process) = (plan, process);
        _messages = new CrowdMessages(plan);
        _firstRoom = plan.FirstRoom(process);
        _clients = new CrowdClient[(plan.FirstRoom(process + 1) - _firstRoom) * plan.RoomSize];
        _serve = Serve;
    }

    public CrowdCounts Counts { get; } = new();

    /// <summary>Of room pushes: from when they were due to their delivery, each delivery.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Begins to connect everybody, so many at once.</summary>
    public void Open(int atOnce) => (_toOpen, _atOnce) = (_clients.Length, Math.Min(atOnce, MostAtOnce));

    /// <summary>A node is about to be killed or emptied: who loses its connection there returns elsewhere, spread over a window.</summary>
    public void Avoid(int node, bool isKilled, int windowMs)
    {
        _avoided.Add(node);
        _windowMs = windowMs;
        _killed = isKilled ? node : _killed;
    }

    /// <summary>One turn of the loop.</summary>
    public void Turn()
    {
        while (_next < _toOpen && Counts.Opening < _atOnce)
        {
            int room = _firstRoom + (_next / _plan.RoomSize);
            Connect(_next, _plan.HomeOf(room, _next % _plan.RoomSize));
            _next++;
        }

        long now = Environment.TickCount64;
        while (Counts.Opening < _atOnce && _returning.TryPeek(out int client, out long due) && due <= now)
        {
            _returning.Dequeue();
            Connect(client, _clients[client].IsDirected ? _clients[client].Node : AnotherNode());
        }

        _sockets.Turn(_returning.Count > 0 ? 5 : 50, _serve);
    }

    public void Dispose()
    {
        foreach (CrowdClient client in _clients)
        {
            if (client.State != CrowdState.Absent)
            {
                CrowdSockets.Close(client.Descriptor);
            }
        }

        _sockets.Dispose();
    }

    // Evenly over those that are left: a neighbour that took the share of two more would run out of descriptors.
    private int AnotherNode()
    {
        int node = _random.Next(_plan.Nodes);
        while (_avoided.Contains(node) && _avoided.Count < _plan.Nodes)
        {
            node = _random.Next(_plan.Nodes);
        }

        return node;
    }

    private void Connect(int index, int node)
    {
        ref CrowdClient client = ref _clients[index];
        (client.Node, client.Joined, client.IsDirected) = ((ushort)node, 0, false);
        int fd = _sockets.Connect(_plan.Source(_process, _sources++), _plan.NodeAddress(node), index);
        if (fd < 0)
        {
            Fail(index, $"connect: errno {-fd}");
            return;
        }

        (client.Descriptor, client.State) = (fd, CrowdState.Connecting);
        Counts.Opening++;
    }

    private void Serve(int index, uint events)
    {
        ref CrowdClient client = ref _clients[index];
        if (client.State == CrowdState.Absent)
        {
            return;
        }

        if (client.State == CrowdState.Connecting && (events & (Libc.Error | Libc.HangUp)) == 0 && (events & Libc.Out) != 0)
        {
            client.State = CrowdState.Upgrading;
            Send(index, _messages.Request(UserOf(index), client.Node));
        }

        if ((events & (Libc.In | Libc.PeerHangUp | Libc.HangUp | Libc.Error)) != 0)
        {
            Receive(index);
        }
    }

    private int UserOf(int index) => (_firstRoom * _plan.RoomSize) + index;

    private void Send(int index, ReadOnlySpan<byte> bytes)
    {
        int sent = ClientSocket.TrySend(_clients[index].Descriptor, bytes);
        if (sent >= 0 && sent < bytes.Length)
        {
            // A few hundred bytes into an empty buffer always fit.
            Drop(index, "a socket did not take what a client sends");
        }
    }

    private void Receive(int index)
    {
        while (_clients[index].State != CrowdState.Absent)
        {
            int kept = 0;
            if (_unread.Remove(index, out byte[]? unread))
            {
                unread.CopyTo(_scratch, 0);
                kept = unread.Length;
            }

            int got = CrowdSockets.Receive(_clients[index].Descriptor, _scratch.AsSpan(kept));
            if (got is 0 or -2)
            {
                Drop(index, got == 0 ? "the node hung up" : "the connection was reset");
                return;
            }

            int length = kept + Math.Max(got, 0);
            try
            {
                int used = got > 0 ? Consume(index, _scratch.AsSpan(0, length)) : 0;
                if (used < length && _clients[index].State != CrowdState.Absent)
                {
                    _unread[index] = _scratch[used..length];
                }
            }
            catch (ProtocolException fault)
            {
                Drop(index, fault.Message);
            }

            if (length < ScratchSize)
            {
                return;
            }
        }
    }

    private int Consume(int index, ReadOnlySpan<byte> data)
    {
        int at = 0;
        if (_clients[index].State == CrowdState.Upgrading)
        {
            at = Upgrade.ReadResponse(data);
            if (at == 0)
            {
                return 0;
            }

            _clients[index].State = CrowdState.Joining;
            Send(index, _messages.Joins(UserOf(index) / _plan.RoomSize));
        }

        while (_clients[index].State != CrowdState.Absent && ServerFrame.TryRead(data[at..], out ServerFrame frame))
        {
            at += frame.Size;
            OnFrame(index, frame);
        }

        return at;
    }

    private void OnFrame(int index, in ServerFrame frame)
    {
        ref CrowdClient client = ref _clients[index];
        switch (frame.Opcode)
        {
            case ServerFrame.Ping:
                Counts.Pings++;
                Send(index, _messages.Pong(frame.Payload));
                break;
            case ServerFrame.Close:
                int code = frame.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(frame.Payload) : 1005;
                OnClose(index, code, frame.Payload.Length > 2 ? Encoding.UTF8.GetString(frame.Payload[2..]) : "");
                break;
            default:
                if (CrowdStamp.TryRead(frame.Payload, out CrowdStamp stamp))
                {
                    OnPush(ref client, stamp);
                }
                else if (client.State == CrowdState.Joining)
                {
                    OnReply(ref client, frame.Payload);
                }

                break;
        }
    }

    private void OnReply(ref CrowdClient client, ReadOnlySpan<byte> payload)
    {
        if (payload.IndexOf("\"error\""u8) >= 0)
        {
            throw new ProtocolException(Encoding.UTF8.GetString(payload));
        }

        if (!CrowdMessages.IsJoinReply(payload) || ++client.Joined < CrowdMessages.JoinsPerClient)
        {
            return;
        }

        client.State = CrowdState.Ready;
        Counts.Opening--;
        Counts.Ready++;
        Counts.Returned += client.IsReturning ? 1 : 0;
        client.IsReturning = false;
    }

    private void OnPush(ref CrowdClient client, in CrowdStamp stamp)
    {
        long now = Stopwatch.GetTimestamp();
        Counts.LastDeliveryAt = now;
        switch (stamp.Kind)
        {
            case CrowdStamp.Broadcast when stamp.Number > client.Broadcast:
                client.Broadcast = (ushort)stamp.Number;
                Counts.Broadcasts++;
                break;
            case CrowdStamp.Everybody when stamp.Number > client.Everybody:
                client.Everybody = (ushort)stamp.Number;
                Counts.Everybody++;
                break;
            case CrowdStamp.Room when stamp.Number > client.Room:
                Counts.Missed += client.Room > 0 ? stamp.Number - client.Room - 1 : 0;
                client.Room = stamp.Number;
                Counts.Rooms++;
                Latency.Record((now - stamp.DueAt) * (1_000_000_000 / Stopwatch.Frequency));
                break;
            default:
                Counts.Repeated++;
                break;
        }
    }

    private void OnClose(int index, int code, string reason)
    {
        int node = _clients[index].Node;
        if (code != CrowdMessages.DrainCode || !_avoided.Contains(node))
        {
            Drop(index, string.Create(CultureInfo.InvariantCulture, $"closed with {code} {reason}"));
            return;
        }

        Counts.Drained++;
        int pause = CrowdMessages.RetryOf(reason);
        Counts.WithoutHint += pause < 0 ? 1 : 0;
        Leave(index);
        int told = _messages.NodeOf(reason);
        if (told >= 0 && !_avoided.Contains(told))
        {
            Counts.Directed++;
            (_clients[index].Node, _clients[index].IsDirected) = ((ushort)told, true);
        }

        Return(index, Math.Max(pause, 0) + _random.Next(FirstPauseMs));
    }

    /// <summary>A connection has ended without a word that excuses it, or has never come about.</summary>
    private void Drop(int index, string why)
    {
        ref CrowdClient client = ref _clients[index];
        bool wasKilled = client.Node == _killed;
        bool wasReady = client.State == CrowdState.Ready;
        Leave(index);
        if (!wasKilled && !wasReady)
        {
            Fail(index, why);
            return;
        }

        Counts.Killed += wasKilled ? 1 : 0;
        Counts.Lost += wasKilled ? 0 : 1;
        Counts.Problem ??= wasKilled ? null : $"node {client.Node}: {why}";
        Return(index, FirstPauseMs + _random.Next(_windowMs));
    }

    private void Fail(int index, string why)
    {
        Counts.Failed++;
        Counts.Problem ??= $"node {_clients[index].Node}: {why}";
        Return(index, FirstPauseMs + _random.Next(_windowMs));
    }

    private void Leave(int index)
    {
        ref CrowdClient client = ref _clients[index];
        CrowdSockets.Close(client.Descriptor);
        _unread.Remove(index);
        Counts.Ready -= client.State == CrowdState.Ready ? 1 : 0;
        Counts.Opening -= client.State == CrowdState.Ready ? 0 : 1;
        client.State = CrowdState.Absent;
    }

    private void Return(int index, int afterMs)
    {
        // What it misses meanwhile is not counted: it asks for no history.
        ref CrowdClient client = ref _clients[index];
        (client.IsReturning, client.Room) = (true, 0);
        _returning.Enqueue(index, Environment.TickCount64 + afterMs);
    }
}
