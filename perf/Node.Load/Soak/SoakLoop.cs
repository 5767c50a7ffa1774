using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Node.Load.Net;
using Node.Load.Scenarios;

namespace Node.Load.Soak;

/// <summary>
/// The one thread of the load: sockets, timers, and everything that scenarios do, which comes back here after each await.
/// </summary>
internal sealed class SoakLoop : IClientEvents, IDisposable
{
    private const int LongestWaitMs = 2;

    // As on a network: a client that does not read is then noticed within seconds.
    private const int Segment = 1400;
    private const int ReceiveBuffer = 32 * 1024;

    private const int StampSize = 1 + (2 * FanoutStamps.Digits);
    private const int MostBytes = 64 * 1024;
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly ClientLoop _clients;
    private readonly UserTokens? _tokens;
    private readonly LoopContext _context = new();
    private readonly PriorityQueue<(SoakUser User, long Due), long> _wakes = new();
    private readonly List<SoakUser?> _users = [];
    private readonly FanoutStamps _stamps = new();
    private readonly byte[] _message = new byte[MostBytes + 1024];
    private readonly byte[] _frame = new byte[MostBytes + 1024 + ClientFrame.MaxHeader];
    private readonly byte[] _filling = new byte[MostBytes];
    private readonly Thread _thread;
    private readonly Action _turn;
    private long _number;
    private volatile bool _isStopped;
    private Exception? _fault;

    /// <param name="target">The server.</param>
    /// <param name="turn">Called on the load's thread many times a second.</param>
    public SoakLoop(SoakTarget target, Action turn)
    {
        _turn = turn;
        _clients = new ClientLoop(target.Node, 0, this) { Segment = Segment, ReceiveBuffer = ReceiveBuffer };
        _tokens = target.Secret.Length > 0 ? new UserTokens(target.Secret) : null;
        Push = new SoakPush(target.Push);
        _filling.AsSpan().Fill((byte)'x');
        _thread = new Thread(Run) { IsBackground = true, Name = "load" };
    }

    public SoakPush Push { get; }

    public Random Random { get; } = new();

    /// <summary>When the load began that is going on, as a timestamp.</summary>
    public long StartedAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>What has ended the thread; null: it goes on.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    public static long Nanoseconds(long ticks) => (long)(ticks * s_nanosecondsPerTick);

    public void Start() => _thread.Start();

    /// <summary>Any thread. Runs on the load's thread, and says what came out.</summary>
    public Task<T> AskAsync<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Post(_ => answer.TrySetResult(question()), null);
        return answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Load begins now.</summary>
    public void Begin() => StartedAt = Stopwatch.GetTimestamp();

    public long NextNumber() => ++_number;

    public string TargetOf(string user)
    {
        Span<byte> token = stackalloc byte[512];
        return _tokens is null ? $"/ws?user={user}" : $"/ws?token={Encoding.ASCII.GetString(token[.._tokens.Write(token, user)])}";
    }

    /// <exception cref="SoakFault">There is no descriptor or no port.</exception>
    public Client Open(SoakUser user, string target)
    {
        try
        {
            Client client = _clients.Open(target);
            while (_users.Count <= client.Index)
            {
                _users.Add(null);
            }

            _users[client.Index] = user;
            return client;
        }
        catch (InvalidOperationException fault)
        {
            throw new SoakFault(fault.Message);
        }
    }

    public void Send(Client client, string message)
    {
        int size = Encoding.UTF8.GetBytes(message, _message);
        _clients.Send(client, _frame.AsSpan(0, ClientFrame.Write(_frame, ServerFrame.Text, _message.AsSpan(0, size))));
    }

    /// <summary>Sends a message whose data carries a number and when it was due.</summary>
    /// <param name="client">Who sends.</param>
    /// <param name="head">JSON up to where the data begins.</param>
    /// <param name="dueAt">A timestamp.</param>
    /// <param name="bytes">Of the data, at least those of the stamp.</param>
    public void SendMessage(Client client, string head, long dueAt, int bytes)
    {
        int size = Encoding.UTF8.GetBytes(head, _message);
        size += WriteStamp(_message.AsSpan(size), NextNumber(), dueAt, bytes);
        _message[size++] = (byte)'}';
        _clients.Send(client, _frame.AsSpan(0, ClientFrame.Write(_frame, ServerFrame.Text, _message.AsSpan(0, size))));
    }

    /// <summary>Such data, as JSON.</summary>
    public byte[] StampOf(long number, long dueAt, int bytes) => _message[..WriteStamp(_message, number, dueAt, bytes)];

    /// <param name="data">JSON text.</param>
    /// <param name="number">Of the message.</param>
    /// <param name="dueAt">When it was due, as a timestamp.</param>
    public bool TryReadStamp(ReadOnlySpan<byte> data, out long number, out long dueAt)
    {
        (number, dueAt) = (0, 0);
        if (data.Length < StampSize + 2 || data[1] != '#')
        {
            return false;
        }

        FanoutStamps.Stamp stamp = _stamps.Read(data.Slice(2, StampSize - 1));
        (number, dueAt) = (stamp.Number, stamp.DueAt);
        return true;
    }

    public void WakeAt(SoakUser user, long due) => _wakes.Enqueue((user, due), due);

    public void Close(Client client) => _clients.Close(client);

    public void Abort(Client client) => _clients.Abort(client);

    public void Resume(Client client) => _clients.Resume(client);

    void IClientEvents.OnOpened(Client client)
    {
    }

    void IClientEvents.OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        if (!isFinal)
        {
            throw new ProtocolException("a message in several frames");
        }

        _users[client.Index]?.OnMessage(payload, _clients.ReadAt);
    }

    void IClientEvents.OnRead(Client client)
    {
    }

    void IClientEvents.OnClosed(Client client, string? fault)
    {
        SoakUser? user = _users[client.Index];
        _users[client.Index] = null;
        user?.OnClosed(fault, client.CloseCode, Stopwatch.GetTimestamp());
    }

    /// <summary>Ends the thread, and whatever is still open.</summary>
    public void Dispose()
    {
        _isStopped = true;
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _clients.Dispose();
        Push.Dispose();
    }

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            while (!_isStopped)
            {
                Turn();
            }
        }
        catch (Exception fault)
        {
            // Whoever waits for an answer looks here.
            Volatile.Write(ref _fault, fault);
        }
    }

    private void Turn()
    {
        _clients.Turn(_context.IsEmpty ? LongestWaitMs : 0);
        long now = Stopwatch.GetTimestamp();
        while (_wakes.TryPeek(out (SoakUser User, long Due) wake, out long due) && due <= now)
        {
            _wakes.Dequeue();
            wake.User.Wake(wake.Due);
        }

        _context.Run();
        _turn();
    }

    private int WriteStamp(Span<byte> target, long number, long dueAt, int bytes)
    {
        int filling = Math.Clamp(bytes - StampSize, 0, MostBytes - StampSize - 2);
        target[0] = (byte)'"';
        target[1] = (byte)'#';
        FanoutStamps.Write(target[2..], new FanoutStamps.Stamp(number, dueAt));
        _filling.AsSpan(0, filling).CopyTo(target[(StampSize + 1)..]);
        target[StampSize + 1 + filling] = (byte)'"';
        return StampSize + 2 + filling;
    }

    /// <summary>Brings what follows an await back to the load's thread.</summary>
    private sealed class LoopContext : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Call, object? State)> _posted = new();

        public bool IsEmpty => _posted.IsEmpty;

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

        /// <summary>What is there now; what comes meanwhile waits for the next turn, so that sockets get theirs.</summary>
        public void Run()
        {
            for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out (SendOrPostCallback Call, object? State) one); left--)
            {
                one.Call(one.State);
            }
        }
    }
}
