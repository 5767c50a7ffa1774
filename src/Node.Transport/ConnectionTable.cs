namespace Node.Transport;

/// <summary>
/// A loop's connections by slot. Slots are reused, so a key carries the slot's generation too: an event that was on its way for
/// the slot's last owner finds nothing. In pages, so that growing to a million copies nothing. Loop thread only.
/// </summary>
internal sealed class ConnectionTable
{
    private const int PageSize = 1024;

    private readonly List<Entry[]> _pages = [];
    private int _freeHead = -1;
    private int _used;

    public int Count { get; private set; }

    /// <summary>Slots are below this.</summary>
    public int Capacity => _used;

    public ulong Add(Connection connection)
    {
        int slot = _freeHead;
        if (slot >= 0)
        {
            _freeHead = At(slot).NextFree;
        }
        else
        {
            slot = _used++;
            if (slot / PageSize == _pages.Count)
            {
                _pages.Add(new Entry[PageSize]);
            }
        }

        At(slot).Connection = connection;
        connection.Slot = slot;
        Count++;
        return KeyOf(slot);
    }

    public void Remove(int slot)
    {
        ref Entry entry = ref At(slot);
        entry.Connection = null;
        entry.Generation++;
        entry.NextFree = _freeHead;
        _freeHead = slot;
        Count--;
    }

    public ulong KeyOf(int slot) => ((ulong)At(slot).Generation << 32) | (uint)slot;

    public Connection? Find(ulong key)
    {
        int slot = (int)(uint)key;
        return slot < _used && At(slot).Generation == key >> 32 ? At(slot).Connection : null;
    }

    /// <summary>Whoever has the slot now.</summary>
    public Connection? InSlot(int slot) => At(slot).Connection;

    private ref Entry At(int slot) => ref _pages[slot / PageSize][slot % PageSize];

    private struct Entry
    {
        public Connection? Connection;

        /// <summary>Below 2^31, which leaves the upper half of the keys to listeners.</summary>
        public uint Generation
        {
            readonly get => field;
            set => field = value & int.MaxValue;
        }

        public int NextFree;
    }
}
