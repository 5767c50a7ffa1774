using System.Text;

namespace Node.Host.Tables;

/// <summary>
/// Names, each once and with a row of data, numbered from 1; a number stays the same until its name is removed. 16 bytes a name, beside its own
/// rounded up to 4 and the row. Not thread-safe.
/// </summary>
public sealed class NameTable<T>
    where T : struct
{
    private readonly NameArena _arena = new();
    private readonly HashedTable<Entry> _entries = new();

    public int Count => _entries.Count;

    /// <summary>Above every number there is.</summary>
    public int End => _entries.End;

    /// <summary>The name's bytes, good until it is removed.</summary>
    public ReadOnlySpan<byte> this[int id] => _arena[_entries[id].Name];

    /// <summary>What is kept with a name; all zero at first.</summary>
    public ref T Row(int id) => ref _entries[id].Row;

    public string Text(int id) => Encoding.UTF8.GetString(this[id]);

    /// <summary>The number of a name; 0 when it is not here.</summary>
    public int Find(ReadOnlySpan<byte> name) => Find(name, HashOf(name));

    /// <inheritdoc cref="Find(ReadOnlySpan{byte})"/>
    public int Find(string name)
    {
        Span<byte> utf8 = stackalloc byte[NameArena.MaxBytes];
        return Encoding.UTF8.TryGetBytes(name, utf8, out int length) ? Find(utf8[..length]) : 0;
    }

    /// <summary>The number of a name, which gets one where it has none.</summary>
    /// <exception cref="ArgumentException">It has more than <see cref="NameArena.MaxBytes"/> bytes.</exception>
    public int Add(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameArena.MaxBytes)
        {
            throw TooLong();
        }

        int hash = HashOf(name);
        return Find(name, hash) is var known and not 0 ? known : _entries.Add(new Entry { Name = _arena.Add(name), Hash = hash });
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public int Add(string name)
    {
        Span<byte> utf8 = stackalloc byte[NameArena.MaxBytes];
        return Encoding.UTF8.TryGetBytes(name, utf8, out int length) ? Add(utf8[..length]) : throw TooLong();
    }

    public void Remove(int id)
    {
        _arena.Remove(_entries[id].Name);
        _entries.Remove(id);
    }

    private int Find(ReadOnlySpan<byte> name, int hash)
    {
        int id = _entries.First(hash);
        while (id != 0 && !(_entries[id].Hash == hash && this[id].SequenceEqual(name)))
        {
            id = _entries[id].Next;
        }

        return id;
    }

    // Seeded anew in every process: names come from clients, who must not be able to choose where they fall.
    private static int HashOf(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private static ArgumentException TooLong() => new($"A name has more than {NameArena.MaxBytes} bytes.");

    private struct Entry : IHashedRow
    {
        public int Name;
        public T Row;

        public int Hash { get; init; }

        public int Next { get; set; }
    }
}
