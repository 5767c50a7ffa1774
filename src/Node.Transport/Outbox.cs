using Run = Node.Transport.TurnFrames.Run;

namespace Node.Transport;

/// <summary>
/// What one turn of a loop produces. Frames are written once into the turn's arena and enqueued for any number of
/// connections; at the end of the turn each connection's frames leave in one write, or as they come where they go to a great many. Loop thread only.
/// </summary>
/// <remarks>
/// Within the turn nothing is counted or copied per connection: an entry is two frame numbers. Frames that follow each other in
/// the arena are one range of bytes, so sixteen messages to a room of thousands cost each member one write of one range.
/// Only where a socket does not take its bytes is the frame copied out of the arena, once for all queues that need it.
/// <see cref="Flush"/> submits the sends of a turn together where the poller can (<see cref="SendBatch"/>) and there are enough.
/// </remarks>
public sealed class Outbox
{
    private const int GatherBytes = 64 * 1024;

    /// <summary>
    /// After so many members a fan-out has them sent to (<see cref="FlushEarly"/>). They and their entries fit a processor's own cache, so that the sends do not
    /// fetch each connection from memory once more: a message to a million took half as long.
    /// </summary>
    public const int EarlyEntries = 4096;

    // A turn that produces more than this is flushed in the middle, so that memory stays bounded.
    private const int FlushBytes = 4 * 1024 * 1024;

    private readonly FramePool _pool;
    private readonly TurnFrames _frames;
    private readonly PendingSends? _pending;
    private readonly byte[] _gather = GC.AllocateUninitializedArray<byte>(GatherBytes, pinned: true);
    private Entry[] _entries = new Entry[256];
    private int _entryCount;

    // Of the first entries, those that an early flush has left for the end of the turn.
    private int _waitingCount;
    private int _gathered;
    private bool _flushing;
    private bool _batching;

    // Fan-outs of this turn that asked for an early flush; and whether the last turn with any had several.
    private int _largeFanouts;
    private bool _gathersLarge;

    internal Outbox(FramePool pool, SendBatch? batch = null)
    {
        _pool = pool;
        _frames = new TurnFrames(pool);
        _pending = batch is null ? null : new PendingSends(batch, pool.Counters);
    }

    /// <summary>Sends wait to be submitted: nothing may be closed now.</summary>
    internal bool HasPending => _pending is { Count: > 0 };

    internal bool IsEmpty => _entryCount == 0;

    /// <summary>Space for a frame of at most <paramref name="maxBytes"/>; good until the next call of any member.</summary>
    public Span<byte> Reserve(int maxBytes) => _frames.Reserve(maxBytes);

    /// <summary>Makes the first bytes of what was reserved a frame of this turn.</summary>
    /// <returns>The frame's number, good for <see cref="Enqueue"/> until the turn ends.</returns>
    public int Commit(int bytes, FrameTraits traits) => _frames.Commit(bytes, traits);

    /// <summary>Sends a frame to a connection at the end of the turn; one that is closed ignores it.</summary>
    public void Enqueue(Connection connection, int frame)
    {
        if (!connection.AcceptsFrames)
        {
            return;
        }

        int index = connection.OutboxEntry;
        if (index < 0)
        {
            if (_entryCount == _entries.Length)
            {
                Array.Resize(ref _entries, _entries.Length * 2);
            }

            connection.OutboxEntry = _entryCount;
            _entries[_entryCount++] = new Entry(connection, frame);
            return;
        }

        ref Entry entry = ref _entries[index];
        ref Run last = ref entry.LastRun < 0 ? ref entry.First : ref _frames.RunAt(entry.LastRun);
        if (!_frames.TryExtend(ref last, frame))
        {
            AppendRun(ref entry, frame);
        }
    }

    /// <summary>Commits a frame and enqueues it for one connection.</summary>
    public void Send(Connection connection, int bytes, FrameTraits traits) =>
        Enqueue(connection, Commit(bytes, traits));

    /// <summary>
    /// Sends everything before the end of the turn where the turn has produced so much that memory asks for it. Frame
    /// numbers from before are void then. For handlers that answer one input with a lot; the loop asks between events.
    /// </summary>
    public void FlushIfFull()
    {
        if (_frames.Used > FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>
    /// Within a fan-out, after each <see cref="EarlyEntries"/> of its members: sends what is enqueued, but to those that are behind. Frame numbers stay good.
    /// </summary>
    /// <param name="isFirst">Whether this fan-out asks for the first time.</param>
    /// <remarks>
    /// Where the turns before had several such fan-outs it does nothing: their messages leave together at the end of the turn, in one send a member.
    /// </remarks>
    public void FlushEarly(bool isFirst)
    {
        _largeFanouts += isFirst ? 1 : 0;
        if (_gathersLarge || _flushing)
        {
            return;
        }

        _flushing = true;
        try
        {
            KeepEntries(SendEntries(_waitingCount));
        }
        finally
        {
            // Who called survives an exception: the flush at the end of the turn must not find itself shut out.
            _flushing = false;
        }
    }

    /// <summary>Sends everything, then starts the next turn's arena. Handlers called meanwhile may enqueue more.</summary>
    internal void Flush()
    {
        if (_flushing)
        {
            return;
        }

        _flushing = true;
        bool someAreBehind = SendEntries(0);
        // Who does not keep up comes last: ten thousand queues filled first would delay everybody else by milliseconds.
        for (int i = 0; someAreBehind && i < _entryCount; i++)
        {
            if (_entries[i].Connection.OutboxEntry == i)
            {
                FlushEntry(i);
            }
        }

        Reset();
        _flushing = false;
    }

    /// <summary>Writes on, now that the socket takes more.</summary>
    /// <returns>Whether the queue is empty; false too when the connection broke.</returns>
    internal bool FlushBacklog(Connection connection)
    {
        SendQueue backlog = connection.Backlog!;
        // Bounded work a turn: a fast reader with a long queue gets on with it in the next one.
        for (int round = 0; round < 4 && backlog.Count > 0; round++)
        {
            int wanted = backlog.Peek(_gather);
            int sent = connection.TrySend(_gather.AsSpan(0, wanted));
            if (sent < 0)
            {
                return false;
            }

            _pool.Counters.QueuedBytes -= sent;
            backlog.Consume(sent);
            if (sent < wanted)
            {
                return false;
            }
        }

        if (backlog.Count > 0)
        {
            return false;
        }

        connection.Backlog = null;
        _pool.Return(backlog);
        return true;
    }

    /// <summary>Gives back the queue of a connection that is closed.</summary>
    internal void Discard(Connection connection)
    {
        if (connection.Backlog is { } backlog)
        {
            _pool.Counters.QueuedBytes -= backlog.Bytes;
            connection.Backlog = null;
            _pool.Return(backlog);
        }
    }

    /// <summary>Drops what waits for a connection that is being closed as too slow.</summary>
    internal void DropWaiting(Connection connection)
    {
        if (connection.Backlog is { } backlog)
        {
            int before = backlog.Bytes;
            _pool.Counters.DroppedAtClose += backlog.DropWaiting();
            _pool.Counters.QueuedBytes += backlog.Bytes - before;
        }
    }

    /// <summary>Sends to those that keep up, and to whom handlers called meanwhile enqueue for.</summary>
    /// <param name="first">The entry to begin with.</param>
    /// <returns>Whether there are others; their entries wait.</returns>
    private bool SendEntries(int first)
    {
        _batching = _pending is not null && _pending.Pays(_entryCount - first);
        bool someAreBehind = false;
        int next = first;
        do
        {
            for (; next < _entryCount; next++)
            {
                if (next + Prefetch.Ahead < _entryCount)
                {
                    Prefetch.Object(_entries[next + Prefetch.Ahead].Connection);
                }

                if (_entries[next].Connection.Backlog is null)
                {
                    FlushEntry(next);
                }
                else
                {
                    someAreBehind = true;
                }
            }

            // What is heard of these may bring forth more.
            SubmitPending();
        }
        while (next < _entryCount);

        _batching = false;
        return someAreBehind;
    }

    /// <summary>Forgets the entries that were sent, and moves those that wait behind those that waited before, which are not looked at again.</summary>
    private void KeepEntries(bool someAreBehind)
    {
        int kept = _waitingCount;
        for (int i = kept; someAreBehind && i < _entryCount; i++)
        {
            Connection connection = _entries[i].Connection;
            if (connection.OutboxEntry == i)
            {
                connection.OutboxEntry = kept;
                _entries[kept++] = _entries[i];
            }
        }

        Array.Clear(_entries, kept, _entryCount - kept);
        _entryCount = kept;
        _waitingCount = kept;
    }

    private void AppendRun(ref Entry entry, int frame)
    {
        int run = _frames.StartRun(frame);
        if (entry.LastRun < 0)
        {
            entry.First.Next = run;
        }
        else
        {
            _frames.RunAt(entry.LastRun).Next = run;
        }

        entry.LastRun = run;
    }

    private void FlushEntry(int index)
    {
        Connection connection = _entries[index].Connection;
        Run first = _entries[index].First;
        connection.OutboxEntry = -1;
        if (!connection.IsOpen)
        {
            return;
        }

        if (connection.Backlog is null)
        {
            FlushConnection(index, connection, first);
        }
        else
        {
            Queue(connection, connection.Backlog, first, 0);
        }
    }

    private void FlushConnection(int index, Connection connection, in Run first)
    {
        ReadOnlySpan<byte> bytes = first.Next < 0 ? _frames.BytesOf(first) : Gather(first);
        if (_batching && connection.Descriptor >= 0 && !bytes.IsEmpty)
        {
            AddPending(index, connection.Descriptor, bytes, isGathered: first.Next >= 0);
            return;
        }

        if (HasPending)
        {
            // What is gathered for them may be in the way; and what is heard of them may close this one.
            SubmitPending();
            if (connection.IsOpen)
            {
                FlushConnection(index, connection, first);
            }

            return;
        }

        if (bytes.IsEmpty)
        {
            FlushRuns(connection, first);
            return;
        }

        int sent = connection.TrySend(bytes);
        if (sent >= 0 && sent < bytes.Length)
        {
            QueueRest(connection, first, sent);
        }
    }

    private void AddPending(int index, int descriptor, ReadOnlySpan<byte> bytes, bool isGathered)
    {
        _pending!.Add(index, descriptor, bytes);
        _gathered += isGathered ? bytes.Length : 0;
        if (_pending.IsFull)
        {
            SubmitPending();
        }
    }

    /// <summary>Sends what waits for it as one, then sees to those that were cut short or broke.</summary>
    private void SubmitPending()
    {
        if (!HasPending)
        {
            return;
        }

        _gathered = 0;
        foreach (SendOutcome outcome in _pending!.Submit())
        {
            ref Entry entry = ref _entries[_pending.EntryOf(outcome)];
            Connection connection = entry.Connection;
            Run first = entry.First;
            int length = _frames.TotalOf(first);
            _pool.Counters.BytesSent -= length;

            // An outcome before this one may have closed it.
            int sent = connection.IsOpen ? connection.Sent(outcome.Sent) : -1;
            if (sent >= 0 && sent < length)
            {
                QueueRest(connection, first, sent);
            }
        }
    }

    /// <summary>What does not fit the gather buffer goes run by run: such runs are long, one call each costs little.</summary>
    private void FlushRuns(Connection connection, Run run)
    {
        while (true)
        {
            ReadOnlySpan<byte> bytes = _frames.BytesOf(run);
            int sent = connection.TrySend(bytes);
            if (sent < 0)
            {
                return;
            }

            if (sent < bytes.Length)
            {
                QueueRest(connection, run, sent);
                return;
            }

            if (run.Next < 0)
            {
                return;
            }

            run = _frames.RunAt(run.Next);
        }
    }

    /// <summary>
    /// Copies short runs together: up to 64 KiB, a copy costs less than the kernel's walk over an iovec, and one call serves
    /// every kind of connection.
    /// </summary>
    /// <returns>Empty when the runs do not fit behind those that wait to be submitted.</returns>
    private ReadOnlySpan<byte> Gather(in Run first)
    {
        int length = _frames.Gather(first, _gather.AsSpan(_gathered));
        return _gather.AsSpan(_gathered, length);
    }

    private void QueueRest(Connection connection, Run run, int sent)
    {
        SendQueue backlog = _pool.RentQueue();
        connection.Backlog = backlog;
        _pool.Counters.SendsShort++;
        Queue(connection, backlog, run, sent);
        connection.WaitWritable();
    }

    /// <summary>Puts frames behind what waits, the first of them without the bytes that are sent.</summary>
    private void Queue(Connection connection, SendQueue backlog, Run run, int sent)
    {
        bool overflowed = false;
        while (true)
        {
            for (int frame = run.FirstFrame; frame <= run.LastFrame; frame++)
            {
                int length = _frames.LengthOf(frame);
                if (sent >= length)
                {
                    sent -= length;
                }
                else if (sent > 0)
                {
                    backlog.StartWith(_frames.Share(frame), sent);
                    _pool.Counters.QueuedBytes += length - sent;
                    sent = 0;
                }
                else if (overflowed && _frames.TraitsOf(frame).Lane == Lane.Data)
                {
                    _pool.Counters.DroppedAtClose++;
                }
                else
                {
                    overflowed |= !TryQueue(backlog, frame);
                }
            }

            if (run.Next < 0)
            {
                break;
            }

            run = _frames.RunAt(run.Next);
        }

        if (overflowed)
        {
            connection.Overflowed();
        }
    }

    private bool TryQueue(SendQueue backlog, int frame)
    {
        int before = backlog.Bytes;
        bool kept = backlog.Append(_frames.Share(frame), _frames.TraitsOf(frame));
        _pool.Counters.QueuedBytes += backlog.Bytes - before;
        if (!kept)
        {
            _pool.Counters.OverflowCloses++;
            _pool.Counters.DroppedAtClose++;
        }

        return kept;
    }

    private void Reset()
    {
        // References are cleared, so that a closed connection does not stay alive through here.
        Array.Clear(_entries, 0, _entryCount);
        _entryCount = 0;
        _waitingCount = 0;
        _frames.Reset();
        if (_largeFanouts > 0)
        {
            _gathersLarge = _largeFanouts > 1;
            _largeFanouts = 0;
        }
    }

    private struct Entry(Connection connection, int frame)
    {
        public Connection Connection = connection;
        public Run First = new(frame);
        public int LastRun = -1;
    }
}
