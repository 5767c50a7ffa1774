namespace Node.Host.Tables;

/// <summary>
/// The bytes of names, a length and then UTF-8, named by where they lie: 4 bytes a reference, and no object a name. What is given back is used
/// again for a name of the same rounded size. Not thread-safe.
/// </summary>
public sealed class NameArena
{
    /// <summary>Of one name.</summary>
    public const int MaxBytes = 255;

    private const int UnitBytes = 4;
    private const int BlockUnits = 1 << BlockBits;
    private const int BlockBits = 14;
    private const int MostUnits = (MaxBytes + 1 + UnitBytes - 1) / UnitBytes;

    private readonly List<byte[]> _blocks = [];
    private readonly Stack<int>[] _free = new Stack<int>[MostUnits + 1];
    private int _used = BlockUnits;

    /// <summary>Good until the name is given back.</summary>
    public ReadOnlySpan<byte> this[int name]
    {
        get
        {
            byte[] block = _blocks[name >> BlockBits];
            int at = (name & (BlockUnits - 1)) * UnitBytes;
            return block.AsSpan(at + 1, block[at]);
        }
    }

    /// <exception cref="OverflowException">There are more than <see cref="MaxBytes"/>.</exception>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        int name = Take(UnitsFor(bytes.Length));
        byte[] block = _blocks[name >> BlockBits];
        int at = (name & (BlockUnits - 1)) * UnitBytes;
        block[at] = checked((byte)bytes.Length);
        bytes.CopyTo(block.AsSpan(at + 1));
        return name;
    }

    public void Remove(int name)
    {
        ref Stack<int>? free = ref _free[UnitsFor(this[name].Length)]!;
        (free ??= new Stack<int>()).Push(name);
    }

    private static int UnitsFor(int bytes) => (bytes + 1 + UnitBytes - 1) / UnitBytes;

    private int Take(int units)
    {
        if (_free[units] is { } free && free.TryPop(out int name))
        {
            return name;
        }

        if (_used + units > BlockUnits)
        {
            // The rest of the block is lost: at most 255 bytes of 64 KiB.
            _blocks.Add(new byte[BlockUnits * UnitBytes]);
            _used = 0;
        }

        name = ((_blocks.Count - 1) << BlockBits) + _used;
        _used += units;
        return name;
    }
}
