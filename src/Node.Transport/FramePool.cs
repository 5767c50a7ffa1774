namespace Node.Transport;

/// <summary>The loop's spare <see cref="SharedFrame"/> and <see cref="SendQueue"/> objects. Loop thread only.</summary>
internal sealed class FramePool(LoopCounters counters)
{
    // Enough for a burst; a storm's surplus is left to the collector instead of being kept for ever.
    private const int MaxSpare = 1024;

    private readonly Stack<SharedFrame> _frames = new();
    private readonly Stack<SendQueue> _queues = new();

    public LoopCounters Counters { get; } = counters;

    /// <summary>A frame that holds a copy of the bytes, without a reference yet.</summary>
    public SharedFrame Rent(ReadOnlySpan<byte> bytes)
    {
        if (!_frames.TryPop(out SharedFrame? frame))
        {
            frame = new SharedFrame();
        }

        Counters.Rented++;
        frame.Hold(bytes);
        return frame;
    }

    public void Release(SharedFrame frame)
    {
        if (!frame.Release())
        {
            return;
        }

        Counters.Rented--;
        if (_frames.Count < MaxSpare)
        {
            _frames.Push(frame);
        }
    }

    public SendQueue RentQueue()
    {
        Counters.Rented++;
        return _queues.TryPop(out SendQueue? queue) ? queue : new SendQueue(this);
    }

    public void Return(SendQueue queue)
    {
        queue.Clear();
        Counters.Rented--;
        if (_queues.Count < MaxSpare)
        {
            _queues.Push(queue);
        }
    }
}
