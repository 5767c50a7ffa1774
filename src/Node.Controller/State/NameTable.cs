using System.Text;

namespace Node.Controller.State;

/// <summary>Names, each once and with a row of data, numbered from 1; a number stays the same until its name is removed. Not thread-safe.</summary>
internal sealed class NameTable<T>
    where T : struct
{
    private readonly NameArena _arena = new();
    private readonly SlotTable<Entry> _entries = new();
    private int[] _buckets = new int[16];

    public int Count => _entries.Count;

    /// <summary>Above every number there is.</summary>
    public int End => _entries.End;

    /// <summary>The name's bytes, good until it is removed.</summary>
    public ReadOnlySpan<byte> this[int id] => _arena[_entries[id].Name];

    /// <summary>What is kept with a name; all zero at first.</summary>
    public ref T Row(int id) => ref _entries[id].Row;

    public string Text(int id) => Encoding.UTF8.GetString(this[id]);

    /// <summary>The number of a name; 0 when it is not here.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        int hash = HashOf(name);
        int id = _buckets[hash & (_buckets.Length - 1)];
        while (id != 0 && !(_entries[id].Hash == hash && this[id].SequenceEqual(name)))
        {
            id = _entries[id].Next;
        }

        return id;
    }

    /// <summary>As <see cref="Find(ReadOnlySpan{byte})"/>.</summary>
    public int Find(string name)
    {
        Span<byte> utf8 = stackalloc byte[NameArena.MaxBytes];
        return Encoding.UTF8.TryGetBytes(name, utf8, out int length) ? Find(utf8[..length]) : 0;
    }

    /// <summary>The number of a name, which gets one where it has none.</summary>
    /// <exception cref="ArgumentException">It has more than <see cref="NameArena.MaxBytes"/> bytes.</exception>
    public int Add(string name)
    {
        Span<byte> utf8 = stackalloc byte[NameArena.MaxBytes];
        if (!Encoding.UTF8.TryGetBytes(name, utf8, out int length))
        {
            throw new ArgumentException($"A name has more than {NameArena.MaxBytes} bytes.", nameof(name));
        }

        utf8 = utf8[..length];
        return Find(utf8) is var known and not 0 ? known : Insert(utf8);
    }

    public void Remove(int id)
    {
        ref Entry entry = ref _entries[id];
        ref int link = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        while (link != id)
        {
            link = ref _entries[link].Next;
        }

        link = entry.Next;
        _arena.Remove(entry.Name);
        _entries.Remove(id);
    }

    private int Insert(ReadOnlySpan<byte> name)
    {
        if (_entries.Count == _buckets.Length)
        {
            Grow();
        }

        int id = _entries.Add();
        int hash = HashOf(name);
        ref int first = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[id] = new Entry { Name = _arena.Add(name), Hash = hash, Next = first };
        first = id;
        return id;
    }

    private void Grow()
    {
        int[] old = _buckets;
        _buckets = new int[2 * old.Length];
        foreach (int first in old)
        {
            int id = first;
            while (id != 0)
            {
                ref Entry entry = ref _entries[id];
                int next = entry.Next;
                ref int bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
                (entry.Next, bucket) = (bucket, id);
                id = next;
            }
        }
    }

    // Seeded anew in every process: names come from clients, who must not be able to choose where they fall.
    private static int HashOf(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private struct Entry
    {
        public int Name;
        public int Hash;
        public int Next;
        public T Row;
    }
}
