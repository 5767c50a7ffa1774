namespace Node.Transport;

/// <summary>
/// One peer's stream of bytes on one loop, whatever carries it. All members: loop thread only.
/// </summary>
/// <remarks>
/// Life: open, then closing (nothing new is taken, what was enqueued still goes out), then finishing (our end of the stream is
/// said, the peer's is waited for), then closed. An idle connection is this object and its handler: no buffer, no timer.
/// </remarks>
public abstract class Connection
{
    /// <summary>What a close may take where nobody says otherwise, in milliseconds.</summary>
    public const int DefaultCloseMs = 2000;

    /// <summary>How long a peer may take to end its side after ours was ended, in milliseconds.</summary>
    private const int FinishTimeoutMs = 2000;

    private State _state;
    private bool _awaitPeer;
    private bool _peerEnded;

    private protected Connection(EventLoop loop)
    {
        Loop = loop;
        Handler = NoHandler.Instance;
    }

    private enum State : byte
    {
        Open,
        Closing,
        Finishing,
        Closed,
    }

    public EventLoop Loop { get; }

    /// <summary>Who gets this connection's events. It can be changed at any time: a handshake hands over to a session.</summary>
    public ConnectionHandler Handler { get; set; }

    /// <summary>
    /// A number of the handler's own; 0 at first. It is here because who sends one thing to a great many looks at each connection anyhow, and looking
    /// at the handler too would be one more wait for memory each.
    /// </summary>
    public byte Tag { get; set; }

    /// <summary>Neither closed nor about to be.</summary>
    public bool AcceptsFrames => _state == State.Open;

    /// <summary>Bytes that wait because the socket did not take them.</summary>
    public int QueuedBytes => Backlog?.Bytes ?? 0;

    /// <summary>Where the loop keeps this connection: good for a timer, an event and nothing else.</summary>
    internal int Slot { get; set; } = -1;

    internal int OutboxEntry { get; set; } = -1;

    internal SendQueue? Backlog { get; set; }

    /// <summary>Bytes can still go out.</summary>
    internal bool IsOpen => _state is State.Open or State.Closing;

    internal bool IsClosed => _state == State.Closed;

    private protected bool IsFinishing => _state == State.Finishing;

    /// <summary>Bytes that <see cref="TrySend"/> took are still on their way to the socket.</summary>
    private protected virtual bool IsWriting => false;

    /// <summary>Calls <see cref="ConnectionHandler.OnDeadline"/> at a time, in place of an earlier deadline.</summary>
    /// <param name="atMs">On the clock of <see cref="EventLoop.Now"/>; up to 64 ms late.</param>
    public void SetDeadline(long atMs)
    {
        if (_state == State.Open)
        {
            Loop.Timers.Schedule(Slot, atMs);
        }
    }

    public void ClearDeadline()
    {
        if (_state == State.Open)
        {
            Loop.Timers.Cancel(Slot);
        }
    }

    /// <summary>Stops to read: what the peer sends then waits in the kernel, and in the end at the peer.</summary>
    public abstract void PauseReading();

    public abstract void ResumeReading();

    /// <summary>
    /// Takes no more frames, sends what was enqueued, ends the stream. The handler hears of nothing but
    /// <see cref="ConnectionHandler.OnClosed"/> from now on.
    /// </summary>
    /// <param name="withinMs">After that long the connection is aborted, whatever still waits.</param>
    /// <param name="awaitPeer">
    /// Whether to read until the peer has ended its stream too. Closing a socket with unread input resets it, and a reset
    /// can overtake and destroy the last bytes sent: so leave it out only where the peer has nothing more to say.
    /// </param>
    public void Close(int withinMs = DefaultCloseMs, bool awaitPeer = true)
    {
        if (_state != State.Open)
        {
            return;
        }

        _state = State.Closing;
        _awaitPeer = awaitPeer;
        Loop.Timers.Schedule(Slot, Loop.Now + withinMs);
        Loop.FinishAfterFlush(this);
    }

    /// <summary>Ends the connection now; what waits is lost.</summary>
    public void Abort() => Release(CloseCause.Aborted);

    /// <summary>Drops the frames that wait, except the rest of one that is on the wire in part.</summary>
    public void DropWaiting() => Loop.Outbox.DropWaiting(this);

    /// <summary>Writes at once what the socket takes.</summary>
    /// <returns>The number of bytes taken; 0 when none now; negative when the connection broke (and is released).</returns>
    internal abstract int TrySend(ReadOnlySpan<byte> bytes);

    /// <summary>Where bytes can be sent past <see cref="TrySend"/>; negative where there is no such place.</summary>
    internal virtual int Descriptor => -1;

    /// <summary>Takes note of what came of a send past <see cref="TrySend"/>.</summary>
    /// <param name="result">The bytes taken, or minus the errno.</param>
    /// <returns>As <see cref="TrySend"/>.</returns>
    internal virtual int Sent(int result) => throw new NotSupportedException();

    /// <summary>Has <see cref="OnWritable"/> called once the socket takes bytes again.</summary>
    internal abstract void WaitWritable();

    internal void Overflowed()
    {
        if (_state != State.Open)
        {
            return;
        }

        try
        {
            Handler.OnOverflow();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        // A handler that does not close after an overflow would go on with a gap that nobody told it of.
        Close();
    }

    internal void OnDeadline()
    {
        if (_state != State.Open)
        {
            Release(_state == State.Finishing ? CloseCause.Local : CloseCause.Aborted);
            return;
        }

        try
        {
            Handler.OnDeadline();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>The second half of <see cref="Close"/>, when everything is written.</summary>
    internal void FinishIfFlushed()
    {
        if (_state != State.Closing || Backlog is not null || OutboxEntry >= 0 || IsWriting)
        {
            return;
        }

        if (!_awaitPeer)
        {
            Release(_peerEnded ? CloseCause.Peer : CloseCause.Local);
            return;
        }

        _state = State.Finishing;
        Loop.Timers.Schedule(Slot, Loop.Now + FinishTimeoutMs);
        EndStream();
    }

    internal void NotifyClosed(CloseCause cause)
    {
        try
        {
            Handler.OnClosed(cause);
        }
        catch (Exception exception)
        {
            Loop.ReportFault(exception);
        }

        Handler = NoHandler.Instance;
    }

    /// <summary>Lets go of what carries the stream. Called once.</summary>
    private protected abstract void ReleaseTransport();

    /// <summary>Says that nothing more will be sent, and reads on.</summary>
    private protected abstract void EndStream();

    private protected void OnWritable()
    {
        bool waited = Backlog is not null;
        if (waited && !Loop.Outbox.FlushBacklog(this))
        {
            return;
        }

        if (_state == State.Closing)
        {
            FinishIfFlushed();
            return;
        }

        try
        {
            if (waited)
            {
                Handler.OnDrained();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Hands bytes to the handler.</summary>
    /// <returns>How many were consumed; all of them while the connection is closing, where input is thrown away.</returns>
    private protected int Deliver(Span<byte> data)
    {
        if (_state != State.Open)
        {
            return data.Length;
        }

        try
        {
            int consumed = Handler.OnReceive(data);
            if (consumed < 0 || consumed > data.Length || data.Length - consumed > EventLoop.MaxLeftover)
            {
                throw new InvalidOperationException($"{Handler.GetType().Name} consumed {consumed} of {data.Length} bytes");
            }

            return consumed;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return data.Length;
        }
    }

    /// <summary>
    /// The peer's stream is at its end. What was produced before, perhaps in answer to its last bytes, still goes out: a
    /// peer may end its side and wait for the answer.
    /// </summary>
    private protected void PeerEnded()
    {
        bool pending = Backlog is not null || OutboxEntry >= 0 || IsWriting;
        if (!pending || _state is State.Finishing or State.Closed)
        {
            Release(_state == State.Open ? CloseCause.Peer : CloseCause.Local);
            return;
        }

        PauseReading();
        _awaitPeer = false;
        if (_state == State.Open)
        {
            _peerEnded = true;
            Close(awaitPeer: false);
        }
    }

    private protected void Release(CloseCause cause)
    {
        if (_state == State.Closed)
        {
            return;
        }

        _state = State.Closed;
        Loop.Outbox.Discard(this);
        ReleaseTransport();
        Loop.Closed(this, cause);
    }

    private protected void Fail(Exception exception)
    {
        Loop.ReportFault(exception);
        Release(CloseCause.Aborted);
    }

    private sealed class NoHandler : ConnectionHandler
    {
        public static readonly NoHandler Instance = new();

        public override int OnReceive(Span<byte> data) => data.Length;

        public override void OnOverflow()
        {
        }

        public override void OnClosed(CloseCause cause)
        {
        }
    }
}
