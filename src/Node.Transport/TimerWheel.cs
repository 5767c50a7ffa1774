using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// Deadlines by small integer id, at most one an id: a hashed timing wheel (Varghese and Lauck, scheme 6).
/// Scheduling, cancelling and expiring cost a constant. Loop thread only.
/// </summary>
/// <remarks>
/// Links are indices, not references: 16 bytes a timer, and the collector has nothing to follow.
/// A deadline beyond one round of the wheel stays in its slot and is looked at once a round.
/// </remarks>
public sealed class TimerWheel
{
    /// <summary>Milliseconds between two looks; a deadline fires up to this much late, never early.</summary>
    public const int TickMs = 64;

    private const int SlotCount = 1024;
    private const int PageSize = 1024;
    private const int None = -1;
    private const long NotScheduled = -1;
    private const long BeingExpired = -2;

    private readonly int[] _heads = new int[SlotCount];
    private readonly List<int> _due = [];
    private Timer[][] _pages = [];
    private long _currentTick;

    public TimerWheel(long nowMs)
    {
        Array.Fill(_heads, None);
        _currentTick = nowMs / TickMs;
    }

    /// <summary>How many timers are scheduled.</summary>
    public int Count { get; private set; }

    /// <summary>Sets the deadline of <paramref name="id"/>, in place of one it may have.</summary>
    public void Schedule(int id, long deadlineMs)
    {
        ref Timer timer = ref Slot(id);
        if (timer.Tick >= 0)
        {
            Unlink(id, ref timer);
        }

        // Rounded up, so that nothing fires early (this way round, because a deadline may be long.MaxValue).
        timer.Tick = Math.Max(((deadlineMs - 1) / TickMs) + 1, _currentTick + 1);
        Link(id, ref timer);
    }

    public void Cancel(int id)
    {
        if (id / PageSize >= _pages.Length)
        {
            return;
        }

        ref Timer timer = ref Slot(id);
        if (timer.Tick >= 0)
        {
            Unlink(id, ref timer);
        }

        timer.Tick = NotScheduled;
    }

    /// <summary>Milliseconds until the wheel wants to be looked at; -1 when nothing is scheduled.</summary>
    public int NextTickIn(long nowMs) =>
        Count == 0 ? -1 : (int)Math.Max(0, ((_currentTick + 1) * TickMs) - nowMs);

    /// <summary>
    /// Calls back for every deadline that has passed. The callback may schedule and cancel any id.
    /// </summary>
    public void Advance(long nowMs, Action<int> expired)
    {
        long target = nowMs / TickMs;
        if (Count == 0 || target - _currentTick > SlotCount)
        {
            // Nothing to visit, or more than a round behind: one round visits every slot.
            _currentTick = Count == 0 ? target : Math.Max(_currentTick, target - SlotCount);
        }

        while (_currentTick < target)
        {
            _currentTick++;
            ExpireSlot((int)(_currentTick % SlotCount), expired);
        }
    }

    private void ExpireSlot(int slot, Action<int> expired)
    {
        // The due timers are noted first: a callback may change any slot's list.
        _due.Clear();
        int next;
        for (int id = _heads[slot]; id != None; id = next)
        {
            ref Timer timer = ref Slot(id);
            next = timer.Next;
            if (timer.Tick <= _currentTick)
            {
                Unlink(id, ref timer);
                timer.Tick = BeingExpired;
                _due.Add(id);
            }
        }

        foreach (int id in _due)
        {
            // A callback before this one may have scheduled it anew or cancelled it.
            ref Timer timer = ref Slot(id);
            if (timer.Tick == BeingExpired)
            {
                timer.Tick = NotScheduled;
                expired(id);
            }
        }
    }

    private void Link(int id, ref Timer timer)
    {
        ref int head = ref _heads[(int)(timer.Tick % SlotCount)];
        timer.Previous = None;
        timer.Next = head;
        if (head != None)
        {
            Slot(head).Previous = id;
        }

        head = id;
        Count++;
    }

    private void Unlink(int id, ref Timer timer)
    {
        if (timer.Previous != None)
        {
            Slot(timer.Previous).Next = timer.Next;
        }
        else
        {
            Debug.Assert(_heads[(int)(timer.Tick % SlotCount)] == id, "the head of a slot has no predecessor");
            _heads[(int)(timer.Tick % SlotCount)] = timer.Next;
        }

        if (timer.Next != None)
        {
            Slot(timer.Next).Previous = timer.Previous;
        }

        timer.Tick = NotScheduled;
        Count--;
    }

    private ref Timer Slot(int id)
    {
        int page = id / PageSize;
        if (page >= _pages.Length)
        {
            AddPages(page);
        }

        return ref _pages[page][id % PageSize];
    }

    private void AddPages(int page)
    {
        int first = _pages.Length;
        Array.Resize(ref _pages, page + 1);
        for (int i = first; i <= page; i++)
        {
            _pages[i] = new Timer[PageSize];
            Array.Fill(_pages[i], new Timer { Tick = NotScheduled });
        }
    }

    private struct Timer
    {
        public long Tick;
        public int Previous;
        public int Next;
    }
}
