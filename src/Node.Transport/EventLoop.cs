using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;

namespace Node.Transport;

/// <summary>
/// One thread, one poller, one bucket of connections: all that a loop owns is touched by its thread alone, without locks.
/// Other threads come in by <see cref="Post(Action{object?}, object?)"/> only. It is a <see cref="PipeScheduler"/>, so that the continuations of pipes
/// run on the loop and the same rule holds for them.
/// </summary>
/// <remarks>A turn is: pre (how long may we wait), wait, dispatch, post (timers, flush, farewells).</remarks>
public sealed class EventLoop : PipeScheduler, IDisposable
{
    /// <summary>Bytes a handler may leave unconsumed: the largest handshake that settings allow, with room to spare.</summary>
    public const int MaxLeftover = 32 * 1024;

    private const int ReceiveBytes = 64 * 1024;
    private const int MaxPostsPerTurn = 4096;
    private const ulong ListenerKeys = 1UL << 63;

    private readonly Poller _poller;
    private readonly ReadinessPoller? _sockets;
    private readonly PollEvent[] _events = new PollEvent[1024];
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(MaxLeftover + ReceiveBytes, pinned: true);
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _posts = new();
    private readonly PriorityQueue<Action, long> _delayed = new();
    private readonly List<(Connection Connection, CloseCause Cause)> _closed = [];
    private readonly List<Connection> _finishing = [];
    private readonly List<Listener> _listeners = [];
    private readonly ConnectionTable _connections = new();
    private readonly Action<int> _expire;
    private Thread? _thread;
    private int _threadId;
    private int _wakePending;
    private volatile bool _stopping;
    private InputHorizon _input;

    /// <param name="index">Which of the process's loops this is.</param>
    /// <param name="poller">What it waits on; the loop owns it.</param>
    public EventLoop(int index, Poller poller)
    {
        Index = index;
        _poller = poller;
        _sockets = poller as ReadinessPoller;
        Now = poller.Milliseconds;
        Timers = new TimerWheel(Now);
        _input = new InputHorizon(Now);
        Outbox = new Outbox(new FramePool(Counters), _sockets?.Batch);
        Context = new LoopContext(this);
        _expire = slot => _connections.InSlot(slot)?.OnDeadline();
    }

    public int Index { get; }

    /// <summary>The turn's time in milliseconds, monotonic. Any thread may read it; it stands still during a turn.</summary>
    public long Now { get; private set; }

    /// <summary>Connections of this loop. Any thread may read it.</summary>
    public int ConnectionCount => _connections.Count;

    public LoopCounters Counters { get; } = new();

    public Outbox Outbox { get; }

    /// <summary>Brings an await's continuation back to this loop; current while the loop runs.</summary>
    public SynchronizationContext Context { get; }

    /// <summary>
    /// Hears of exceptions that escaped from handlers and posted work. Each cost its connection and nothing else. Set it before
    /// the loop starts.
    /// </summary>
    public Action<Exception>? Fault { get; set; }

    /// <summary>Called at the end of each turn before the flush, to let work that was gathered in the turn go out with it.</summary>
    public Action? TurnEnding { get; set; }

    public bool IsOnLoop => Environment.CurrentManagedThreadId == _threadId;

    internal TimerWheel Timers { get; }

    internal Span<byte> Scratch => _scratch;

    /// <exception cref="InvalidOperationException">The loop's poller does not watch raw descriptors.</exception>
    internal ReadinessPoller Sockets =>
        _sockets ?? throw new InvalidOperationException("this loop has no raw descriptors");

    [Conditional("DEBUG")]
    public void AssertOnLoop() =>
        Debug.Assert(IsOnLoop, $"loop {Index} is touched by thread {Environment.CurrentManagedThreadId}");

    /// <summary>Runs an action on the loop, in the order of the calls. Any thread; the only door from others.</summary>
    public void Post(Action<object?> action, object? state)
    {
        _posts.Enqueue((action, state));
        if (!IsOnLoop && Interlocked.Exchange(ref _wakePending, 1) == 0)
        {
            _poller.Wake();
        }
    }

    /// <inheritdoc cref="Post(Action{object?}, object?)"/>
    public void Post(Action action) => Post(static state => ((Action)state!)(), action);

    /// <summary>Runs an action at once when this is the loop's thread, else posts it.</summary>
    public void RunOrPost(Action<object?> action, object? state)
    {
        if (IsOnLoop)
        {
            action(state);
        }
        else
        {
            Post(action, state);
        }
    }

    /// <inheritdoc/>
    public override void Schedule(Action<object?> action, object? state) => Post(action, state);

    /// <summary>Runs an action after a time. For the loop's own few affairs; connections have their deadline. Loop thread only.</summary>
    public void PostDelayed(Action action, long delayMs) => _delayed.Enqueue(action, Now + delayMs);

    /// <summary>Accepts connections on an address. Loop thread only (or before the loop starts).</summary>
    /// <param name="endPoint">Where; port 0 takes a free one.</param>
    /// <param name="options">Backlog and sharing.</param>
    /// <param name="accepted">Gives each connection its handler.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public Listener Listen(IPEndPoint endPoint, ListenerOptions options, Func<Connection, ConnectionHandler> accepted)
    {
        var listener = new Listener(this, endPoint, options, accepted, ListenerKeys | (uint)_listeners.Count);
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>
    /// Connects to an address. Success is <see cref="ConnectionHandler.OnConnected"/>; every failure comes as
    /// <see cref="ConnectionHandler.OnClosed"/>. Loop thread only.
    /// </summary>
    /// <returns>Null when the machine has no descriptor or port left for it.</returns>
    public Connection? Connect(IPEndPoint remote, IPEndPoint? local, ConnectionHandler handler)
    {
        int descriptor = Sockets.Connect(remote, local);
        return descriptor < 0 ? null : Adopt(descriptor, handler, connecting: true);
    }

    /// <summary>Connections are in slots below this, for whoever wants to walk them without a callback. Loop thread only.</summary>
    public int Slots => _connections.Capacity;

    /// <summary>The connection in a slot, if there is one. Loop thread only.</summary>
    public Connection? InSlot(int slot) => _connections.InSlot(slot);

    /// <summary>Calls for every connection of the loop. The action may close them. Loop thread only.</summary>
    public void ForEach(Action<Connection> action)
    {
        for (int slot = 0; slot < _connections.Capacity; slot++)
        {
            if (_connections.InSlot(slot) is { } connection)
            {
                action(connection);
            }
        }
    }

    /// <summary>Starts the loop's thread.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { Name = $"loop {Index}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the loop after its current turn; connections that are left are aborted. Any other thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _poller.Wake();
        _thread?.Join();
    }

    public void Dispose()
    {
        Stop();
        if (_thread is null)
        {
            // A start that failed half-way must not keep the port.
            CloseListeners();
        }

        _poller.Dispose();
    }

    /// <summary>One turn, on the calling thread, which is the loop's from then on. The loop's own thread does nothing else.</summary>
    public void Turn()
    {
        _threadId = Environment.CurrentManagedThreadId;
        int ready = _poller.Wait(_events, WaitTime());
        long started = Stopwatch.GetTimestamp();
        Now = _poller.Milliseconds;

        for (int i = 0; i < ready; i++)
        {
            Dispatch(_events[i]);
            Outbox.FlushIfFull();
        }

        (int run, int left) = RunPosts();

        // One event may have been a wake-up, which the poller keeps to itself.
        _input.Turned(Now, ready, ready >= _events.Length - 1, run, left, _connections.Count + _listeners.Count);
        RunDelayed();
        Timers.Advance(_input.Until, _expire);
        EndTurn();

        Counters.CountTurn(Stopwatch.GetTimestamp() - started);
    }

    /// <summary>
    /// No thread is the loop's until its next turn: for simulations that turn several loops on one thread, where each would else
    /// take the other's turn for its own.
    /// </summary>
    internal void LeaveThread() => _threadId = 0;

    internal Connection? Adopt(int descriptor, ConnectionHandler? handler, bool connecting)
    {
        var connection = new DescriptorConnection(this, descriptor, connecting);
        if (handler is not null)
        {
            connection.Handler = handler;
        }

        if (!connection.Watch(_connections.Add(connection)))
        {
            _connections.Remove(connection.Slot);
            Sockets.Close(descriptor);
            return null;
        }

        Counters.Opened++;
        return connection;
    }

    /// <summary>Gives a connection of another kind its place in this loop.</summary>
    internal void Adopt(Connection connection)
    {
        _connections.Add(connection);
        Counters.Opened++;
    }

    /// <summary>Gives a connection that was accepted its handler.</summary>
    internal void Introduce(Connection connection, Func<Connection, ConnectionHandler> accepted)
    {
        Counters.Accepted++;
        try
        {
            connection.Handler = accepted(connection);
        }
        catch (Exception exception)
        {
            ReportFault(exception);
            connection.Abort();
        }
    }

    internal ulong KeyOf(Connection connection) => _connections.KeyOf(connection.Slot);

    internal void FinishAfterFlush(Connection connection) => _finishing.Add(connection);

    internal void Closed(Connection connection, CloseCause cause)
    {
        Timers.Cancel(connection.Slot);
        _connections.Remove(connection.Slot);
        _closed.Add((connection, cause));
        Counters.Closed++;
    }

    internal void ReportFault(Exception exception)
    {
        Counters.Faults++;
        Fault?.Invoke(exception);
    }

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(Context);
        while (!_stopping)
        {
            Turn();
        }

        // Who posted before the end may wait for it.
        RunPosts();
        CloseListeners();
        ForEach(connection => connection.Abort());
        EndTurn();
    }

    private void CloseListeners()
    {
        foreach (Listener listener in _listeners)
        {
            listener.Close();
        }
    }

    private int WaitTime()
    {
        if (!_posts.IsEmpty || _closed.Count > 0)
        {
            return 0;
        }

        // The poller's clock, not the turn's: a long turn has already used up some of the wait.
        long now = _poller.Milliseconds;
        int wait = Timers.NextTickIn(now);
        if (_delayed.TryPeek(out _, out long at))
        {
            int delay = (int)Math.Clamp(at - now, 0, int.MaxValue);
            wait = wait < 0 ? delay : Math.Min(wait, delay);
        }

        return wait;
    }

    private void Dispatch(in PollEvent pollEvent)
    {
        if ((pollEvent.Key & ListenerKeys) != 0)
        {
            _listeners[(int)(uint)pollEvent.Key].OnReady();
        }
        else if (_connections.Find(pollEvent.Key) is DescriptorConnection connection)
        {
            connection.OnReady(pollEvent.Readiness);
        }
    }

    /// <returns>How many were run, and how many of those that were there have to wait.</returns>
    private (int Run, int Left) RunPosts()
    {
        // A full fence: with a plain store, the emptiness seen below could be older than a Post that found the flag set.
        Interlocked.Exchange(ref _wakePending, 0);

        // Only those that are there now: work that posts itself again must wait for the others, and for the flush.
        int waiting = _posts.Count;
        int due = Math.Min(waiting, MaxPostsPerTurn);
        for (int i = 0; i < due && _posts.TryDequeue(out (Action<object?> Action, object? State) post); i++)
        {
            Counters.PostsRun++;
            Guard(post.Action, post.State);
            Outbox.FlushIfFull();
        }

        return (due, waiting - due);
    }

    private void RunDelayed()
    {
        while (_delayed.TryPeek(out Action? action, out long at) && at <= Now)
        {
            _delayed.Dequeue();
            Guard(static state => ((Action)state!)(), action);
        }
    }

    /// <summary>Flush and farewells, until neither brings forth anything new.</summary>
    private void EndTurn()
    {
        do
        {
            if (TurnEnding is { } turnEnding)
            {
                Guard(static state => ((Action)state!)(), turnEnding);
            }

            Outbox.Flush();
            for (int i = 0; i < _finishing.Count; i++)
            {
                _finishing[i].FinishIfFlushed();
            }

            _finishing.Clear();
            for (int i = 0; i < _closed.Count; i++)
            {
                _closed[i].Connection.NotifyClosed(_closed[i].Cause);
            }

            _closed.Clear();
        }
        while (!Outbox.IsEmpty || _finishing.Count > 0 || _closed.Count > 0);
    }

    private void Guard(Action<object?> action, object? state)
    {
        try
        {
            action(state);
        }
        catch (Exception exception)
        {
            ReportFault(exception);
        }
    }

    private sealed class LoopContext(EventLoop loop) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            loop.Post(static pair => { var (call, argument) = ((SendOrPostCallback, object?))pair!; call(argument); }, (d, state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("a loop is never waited for");

        public override SynchronizationContext CreateCopy() => this;
    }
}
