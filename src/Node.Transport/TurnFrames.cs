using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// The frames of one turn, numbered as they come, in the turn's arena; and runs of them, which are what a connection gets. Loop thread only.
/// </summary>
internal sealed class TurnFrames(FramePool pool)
{
    private readonly Arena _arena = new();
    private Frame[] _frames = new Frame[256];
    private int _frameCount;
    private Run[] _runs = new Run[64];
    private int _runCount;

    /// <inheritdoc cref="Arena.Used"/>
    public int Used => _arena.Used;

    public Span<byte> Reserve(int maxBytes) => _arena.Reserve(maxBytes);

    /// <returns>The frame's number.</returns>
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

    public int LengthOf(int frame) => _frames[frame].Length;

    public FrameTraits TraitsOf(int frame) => _frames[frame].Traits;

    /// <summary>A further run of a connection's, by number.</summary>
    public ref Run RunAt(int run) => ref _runs[run];

    /// <summary>Puts a frame behind a run where it lies right behind it in the arena, too.</summary>
    public bool TryExtend(ref Run run, int frame)
    {
        // All but the first frame of a chunk lie behind the frame before them.
        if (frame != run.LastFrame + 1 || _frames[frame].Start == 0)
        {
            return false;
        }

        run.LastFrame = frame;
        return true;
    }

    /// <returns>The number of a new run of one frame.</returns>
    public int StartRun(int frame)
    {
        if (_runCount == _runs.Length)
        {
            Array.Resize(ref _runs, _runs.Length * 2);
        }

        _runs[_runCount] = new Run(frame);
        return _runCount++;
    }

    /// <summary>A run's bytes, pinned; good until the turn ends.</summary>
    public ReadOnlySpan<byte> BytesOf(in Run run)
    {
        ref Frame first = ref _frames[run.FirstFrame];
        ref Frame last = ref _frames[run.LastFrame];
        Debug.Assert(first.Chunk == last.Chunk, "a run is one range of one chunk");
        return _arena.Bytes(first.Chunk, first.Start, last.Start + last.Length - first.Start);
    }

    /// <summary>Copies a run and those behind it.</summary>
    /// <returns>How many bytes; 0 when they do not fit.</returns>
    public int Gather(Run run, Span<byte> destination)
    {
        int total = 0;
        while (true)
        {
            ReadOnlySpan<byte> bytes = BytesOf(run);
            if (bytes.Length > destination.Length - total)
            {
                return 0;
            }

            bytes.CopyTo(destination[total..]);
            total += bytes.Length;
            if (run.Next < 0)
            {
                return total;
            }

            run = _runs[run.Next];
        }
    }

    /// <summary>The bytes of a run and of those behind it.</summary>
    public int TotalOf(Run run)
    {
        int total = BytesOf(run).Length;
        while (run.Next >= 0)
        {
            run = _runs[run.Next];
            total += BytesOf(run).Length;
        }

        return total;
    }

    /// <summary>The frame outside of the arena, copied once for all queues that need it.</summary>
    public SharedFrame Share(int frame) => _frames[frame].Shared ??= Hold(frame);

    /// <summary>Forgets everything: the next turn's numbers begin at 0.</summary>
    public void Reset()
    {
        for (int i = 0; i < _frameCount; i++)
        {
            if (_frames[i].Shared is { } shared)
            {
                pool.Release(shared);
            }
        }

        // References are cleared, so that a gone room does not stay alive through here.
        Array.Clear(_frames, 0, _frameCount);
        _frameCount = 0;
        _runCount = 0;
        _arena.Reset();
    }

    private SharedFrame Hold(int frame)
    {
        // The turn holds a reference of its own until it ends: a queue that is full may drop the frame at once.
        SharedFrame shared = pool.Rent(_arena.Bytes(_frames[frame].Chunk, _frames[frame].Start, _frames[frame].Length));
        shared.AddReference();
        return shared;
    }

    /// <summary>Frames that follow each other in the arena, by number.</summary>
    internal struct Run(int frame)
    {
        public int FirstFrame = frame;
        public int LastFrame = frame;

        /// <summary>The number of the connection's next run; negative behind the last.</summary>
        public int Next = -1;
    }

    private struct Frame
    {
        public int Chunk;
        public int Start;
        public int Length;
        public FrameTraits Traits;
        public SharedFrame? Shared;
    }
}
