namespace Node.Host.Tables;

/// <summary>
/// Rows of one kind, named by numbers from 1; 0 is nobody, so that a fresh row's links lead nowhere. Rows lie in blocks: growing
/// copies nothing, and a table is never twice as large as what is in it. Not thread-safe.
/// </summary>
public sealed class SlotTable<T>
    where T : struct
{
    private const int BlockBits = 10;
    private const int BlockSize = 1 << BlockBits;

    private readonly Stack<int> _free = new();
    private T[]?[] _blocks = [];
    private int _next = 1;

    public int Count => _next - 1 - _free.Count;

    /// <summary>Above every row there is, for a walk over all of them.</summary>
    public int End => _next;

    public ref T this[int slot] => ref _blocks[slot >> BlockBits]![slot & (BlockSize - 1)];

    /// <summary>The number of a row that is all zero.</summary>
    public int Add()
    {
        if (_free.TryPop(out int slot))
        {
            return slot;
        }

        slot = _next++;
        int block = slot >> BlockBits;
        if (block == _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Max(4, 2 * block));
        }

        _blocks[block] ??= new T[BlockSize];
        return slot;
    }

    public void Remove(int slot)
    {
        this[slot] = default;
        _free.Push(slot);
    }
}
