using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// The frames that one connection's socket has not taken yet. It exists only while there are some. Bounded in bytes by
/// each frame's <see cref="SendPolicy"/>; whole frames are dropped, never the rest of one whose start is on the wire.
/// Loop thread only.
/// </summary>
internal sealed class SendQueue(FramePool pool)
{
    private const int SmallRing = 8;

    private Entry[] _ring = new Entry[SmallRing];
    private int _head;
    private int _count;
    private int _conflatable;

    /// <summary>Bytes of the first frame that are on the wire already.</summary>
    private int _sent;

    /// <summary>Bytes that still have to go out.</summary>
    public int Bytes { get; private set; }

    public int Count => _count;

    private LoopCounters Counters => pool.Counters;

    /// <summary>Where a frame stands that must not be dropped or overtaken: its start is on the wire.</summary>
    private int FirstMovable => _sent > 0 ? 1 : 0;

    /// <summary>Puts the rest of a frame into an empty queue.</summary>
    /// <param name="frame">The frame; the queue takes a reference.</param>
    /// <param name="sent">How many of its bytes are on the wire, at least one.</param>
    public void StartWith(SharedFrame frame, int sent)
    {
        Debug.Assert(_count == 0 && sent > 0 && sent < frame.Length, "only the first frame can be on the wire in part");
        Insert(0, new Entry(frame, null, Lane.Data, IsDroppable: false));
        _sent = sent;
        Bytes -= sent;
    }

    /// <returns>False when the frame's policy closes the connection; the frame is then not in the queue.</returns>
    public bool Append(SharedFrame frame, FrameTraits traits)
    {
        switch (traits.Lane)
        {
            case Lane.Ping or Lane.Pong:
                PutControl(frame, traits.Lane);
                return true;
            case Lane.Close:
                Insert(_count, new Entry(frame, null, Lane.Close, IsDroppable: false));
                return true;
        }

        object? key = traits.Policy.Overflow == Overflow.LatestOnly ? traits.ConflateKey : null;
        if (key is not null && TryReplace(frame, key, traits.Policy.MaxBytes))
        {
            return true;
        }

        while (Bytes + frame.Length > traits.Policy.MaxBytes)
        {
            if (traits.Policy.Overflow == Overflow.Close)
            {
                return false;
            }

            Counters.DroppedOldest++;
            if (!DropOldest())
            {
                // Nothing is left to drop but the newcomer itself.
                return true;
            }
        }

        Insert(_count, new Entry(frame, key, Lane.Data, traits.Policy.Overflow != Overflow.Close));
        return true;
    }

    /// <summary>Copies what is to be sent next, across frames, without taking it out.</summary>
    public int Peek(Span<byte> destination)
    {
        int copied = 0;
        int skip = _sent;
        for (int i = 0; i < _count && copied < destination.Length; i++)
        {
            ReadOnlySpan<byte> bytes = At(i).Frame.Bytes[skip..];
            skip = 0;
            int take = Math.Min(bytes.Length, destination.Length - copied);
            bytes[..take].CopyTo(destination[copied..]);
            copied += take;
        }

        return copied;
    }

    /// <summary>Takes out bytes that the socket took.</summary>
    public void Consume(int bytes)
    {
        Bytes -= bytes;
        while (bytes > 0)
        {
            int rest = At(0).Frame.Length - _sent;
            if (bytes < rest)
            {
                _sent += bytes;
                return;
            }

            bytes -= rest;
            _sent = 0;
            RemoveAt(0);
        }
    }

    /// <summary>Drops every frame but the one that is on the wire in part.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropWaiting()
    {
        int dropped = 0;
        while (_count > FirstMovable)
        {
            Bytes -= At(_count - 1).Frame.Length;
            RemoveAt(_count - 1);
            dropped++;
        }

        return dropped;
    }

    /// <summary>Gives everything back, for the next connection that needs a queue.</summary>
    public void Clear()
    {
        _sent = 0;
        while (_count > 0)
        {
            RemoveAt(_count - 1);
        }

        Bytes = 0;
        if (_ring.Length > SmallRing)
        {
            _ring = new Entry[SmallRing];
        }
    }

    private void PutControl(SharedFrame frame, Lane lane)
    {
        // Control frames stand together in front of the data: at most one of each kind, so a few looks find it. A frame of the
        // close lane at the very front is not overtaken: it is the answer to a handshake, before which nothing may be said.
        int i = FirstMovable;
        for (; i < _count && At(i).Lane is Lane.Ping or Lane.Pong or Lane.Close; i++)
        {
            if (At(i).Lane == lane)
            {
                Replace(i, frame);
                return;
            }
        }

        Insert(i, new Entry(frame, null, lane, IsDroppable: false));
    }

    /// <returns>False where none of that key waits now: there was none, or the newcomer does not fit in its place.</returns>
    private bool TryReplace(SharedFrame frame, object key, int maxBytes)
    {
        // At most one frame of a key waits; the count spares the search where none can be found.
        for (int i = _count - 1; _conflatable > 0 && i >= FirstMovable; i--)
        {
            if (!ReferenceEquals(At(i).ConflateKey, key))
            {
                continue;
            }

            Counters.DroppedConflated++;
            int without = Bytes - At(i).Frame.Length;
            if (without + frame.Length > maxBytes)
            {
                // It has to find its place as any other: many keys whose frames grow would else exceed the bound by far.
                Bytes = without;
                RemoveAt(i);
                return false;
            }

            Replace(i, frame);
            return true;
        }

        return false;
    }

    /// <summary>Drops what its own policy allows to drop: a frame that may not be missed is not lost to one that may.</summary>
    private bool DropOldest()
    {
        for (int i = FirstMovable; i < _count; i++)
        {
            if (At(i).IsDroppable)
            {
                Bytes -= At(i).Frame.Length;
                RemoveAt(i);
                return true;
            }
        }

        return false;
    }

    private void Replace(int index, SharedFrame frame)
    {
        ref Entry entry = ref At(index);
        Bytes += frame.Length - entry.Frame.Length;
        frame.AddReference();
        pool.Release(entry.Frame);
        entry = entry with { Frame = frame };
    }

    private void Insert(int index, Entry entry)
    {
        if (_count == _ring.Length)
        {
            Grow();
        }

        // Only the few entries in front of the index move: inserts happen near the head or at the tail.
        if (index == _count)
        {
            _count++;
        }
        else
        {
            _head = (_head - 1) & (_ring.Length - 1);
            _count++;
            for (int i = 0; i < index; i++)
            {
                At(i) = At(i + 1);
            }
        }

        entry.Frame.AddReference();
        At(index) = entry;
        Bytes += entry.Frame.Length;
        _conflatable += entry.ConflateKey is null ? 0 : 1;
    }

    private void RemoveAt(int index)
    {
        Entry removed = At(index);
        if (index == _count - 1)
        {
            At(index) = default;
        }
        else
        {
            for (int i = index; i > 0; i--)
            {
                At(i) = At(i - 1);
            }

            At(0) = default;
            _head = (_head + 1) & (_ring.Length - 1);
        }

        _count--;
        _conflatable -= removed.ConflateKey is null ? 0 : 1;
        pool.Release(removed.Frame);
    }

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = At(i);
        }

        _ring = larger;
        _head = 0;
    }

    private ref Entry At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private readonly record struct Entry(SharedFrame Frame, object? ConflateKey, Lane Lane, bool IsDroppable);
}
