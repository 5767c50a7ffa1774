using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// What one turn of a loop produces. Frames are written once into the turn's arena and enqueued for any number of
/// connections; at the end of the turn each connection's frames leave in one write. Loop thread only.
/// </summary>
/// <remarks>
/// Within the turn nothing is counted or copied per connection: an entry is two frame numbers. Frames that follow each other in
/// the arena are one range of bytes, so sixteen messages to a room of thousands cost each member one write of one range.
/// Only where a socket does not take its bytes is the frame copied out of the arena, once for all queues that need it.
/// <see cref="Flush"/> is the seam behind which a turn's sends can be submitted as one batch.
/// </remarks>
public sealed class Outbox
{
    private const int GatherBytes = 64 * 1024;

    // A turn that produces more than this is flushed in the middle, so that memory stays bounded.
    private const int FlushBytes = 4 * 1024 * 1024;

    private readonly Arena _arena = new();
    private readonly FramePool _pool;
    private readonly byte[] _gather = GC.AllocateUninitializedArray<byte>(GatherBytes, pinned: true);
    private Frame[] _frames = new Frame[256];
    private int _frameCount;
    private Entry[] _entries = new Entry[256];
    private int _entryCount;
    private Run[] _runs = new Run[64];
    private int _runCount;
    private bool _flushing;

    internal Outbox(FramePool pool)
    {
        _pool = pool;
    }

    internal bool IsEmpty => _entryCount == 0;

    /// <summary>Space for a frame of at most <paramref name="maxBytes"/>; good until the next call of any member.</summary>
    public Span<byte> Reserve(int maxBytes) => _arena.Reserve(maxBytes);

    /// <summary>Makes the first bytes of what was reserved a frame of this turn.</summary>
    /// <returns>The frame's number, good for <see cref="Enqueue"/> until the turn ends.</returns>
    public int Commit(int bytes, FrameTraits traits)
    {
        if (_frameCount == _frames.Length)
        {
            Array.Resize(ref _frames, _frames.Length * 2);
        }

        ref Frame frame = ref _frames[_frameCount];
        frame.Start = _arena.Commit(bytes);
        frame.Chunk = _arena.Current;
        frame.Length = bytes;
        frame.Traits = traits;
        return _frameCount++;
    }

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
        ref Run last = ref entry.LastRun < 0 ? ref entry.First : ref _runs[entry.LastRun];
        if (frame == last.LastFrame + 1 && Follows(frame))
        {
            last.LastFrame = frame;
            return;
        }

        AppendRun(ref entry, frame);
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
        if (_arena.Used > FlushBytes)
        {
            Flush();
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
        bool someAreBehind = false;
        for (int i = 0; i < _entryCount; i++)
        {
            if (_entries[i].Connection.Backlog is null)
            {
                FlushEntry(i);
            }
            else
            {
                someAreBehind = true;
            }
        }

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

    /// <summary>Whether it lies right behind the frame before it: all do but the first of a chunk.</summary>
    private bool Follows(int frame) => _frames[frame].Start != 0;

    private void AppendRun(ref Entry entry, int frame)
    {
        if (_runCount == _runs.Length)
        {
            Array.Resize(ref _runs, _runs.Length * 2);
        }

        _runs[_runCount] = new Run(frame);
        if (entry.LastRun < 0)
        {
            entry.First.Next = _runCount;
        }
        else
        {
            _runs[entry.LastRun].Next = _runCount;
        }

        entry.LastRun = _runCount++;
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
            FlushConnection(connection, first);
        }
        else
        {
            Queue(connection, connection.Backlog, first, 0);
        }
    }

    private void FlushConnection(Connection connection, in Run first)
    {
        ReadOnlySpan<byte> bytes = first.Next < 0 ? BytesOf(first) : Gather(first);
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

    /// <summary>What does not fit the gather buffer goes run by run: such runs are long, one call each costs little.</summary>
    private void FlushRuns(Connection connection, Run run)
    {
        while (true)
        {
            ReadOnlySpan<byte> bytes = BytesOf(run);
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

            run = _runs[run.Next];
        }
    }

    /// <summary>
    /// Copies short runs together: up to 64 KiB, a copy costs less than the kernel's walk over an iovec, and one call serves
    /// every kind of connection.
    /// </summary>
    /// <returns>Empty when the runs do not fit.</returns>
    private ReadOnlySpan<byte> Gather(Run run)
    {
        int total = 0;
        while (true)
        {
            ReadOnlySpan<byte> bytes = BytesOf(run);
            if (bytes.Length > GatherBytes - total)
            {
                return [];
            }

            bytes.CopyTo(_gather.AsSpan(total));
            total += bytes.Length;
            if (run.Next < 0)
            {
                return _gather.AsSpan(0, total);
            }

            run = _runs[run.Next];
        }
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
                int length = _frames[frame].Length;
                if (sent >= length)
                {
                    sent -= length;
                }
                else if (sent > 0)
                {
                    backlog.StartWith(Share(frame), sent);
                    _pool.Counters.QueuedBytes += length - sent;
                    sent = 0;
                }
                else if (overflowed && _frames[frame].Traits.Lane == Lane.Data)
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

            run = _runs[run.Next];
        }

        if (overflowed)
        {
            connection.Overflowed();
        }
    }

    private bool TryQueue(SendQueue backlog, int frame)
    {
        int before = backlog.Bytes;
        bool kept = backlog.Append(Share(frame), _frames[frame].Traits);
        _pool.Counters.QueuedBytes += backlog.Bytes - before;
        if (!kept)
        {
            _pool.Counters.OverflowCloses++;
            _pool.Counters.DroppedAtClose++;
        }

        return kept;
    }

    private SharedFrame Share(int frame) => _frames[frame].Shared ??= Hold(frame);

    private SharedFrame Hold(int frame)
    {
        // The turn holds a reference of its own until it ends: a queue that is full may drop the frame at once.
        SharedFrame shared = _pool.Rent(_arena.Bytes(_frames[frame].Chunk, _frames[frame].Start, _frames[frame].Length));
        shared.AddReference();
        return shared;
    }

    private ReadOnlySpan<byte> BytesOf(in Run run)
    {
        ref Frame first = ref _frames[run.FirstFrame];
        ref Frame last = ref _frames[run.LastFrame];
        Debug.Assert(first.Chunk == last.Chunk, "a run is one range of one chunk");
        return _arena.Bytes(first.Chunk, first.Start, last.Start + last.Length - first.Start);
    }

    private void Reset()
    {
        for (int i = 0; i < _frameCount; i++)
        {
            if (_frames[i].Shared is { } shared)
            {
                _pool.Release(shared);
            }
        }

        // References are cleared, so that a closed connection or a gone room does not stay alive through here.
        Array.Clear(_frames, 0, _frameCount);
        Array.Clear(_entries, 0, _entryCount);
        _frameCount = 0;
        _entryCount = 0;
        _runCount = 0;
        _arena.Reset();
    }

    private struct Frame
    {
        public int Chunk;
        public int Start;
        public int Length;
        public FrameTraits Traits;
        public SharedFrame? Shared;
    }

    /// <summary>Frames that follow each other in the arena, by number.</summary>
    private struct Run(int frame)
    {
        public int FirstFrame = frame;
        public int LastFrame = frame;
        public int Next = -1;
    }

    private struct Entry(Connection connection, int frame)
    {
        public Connection Connection = connection;
        public Run First = new(frame);
        public int LastRun = -1;
    }
}
