using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Node.Hub;

/// <summary>Says under which name a <see cref="NamedItems{T, TNames}"/> has something.</summary>
public interface INames<in T>
{
    /// <returns>UTF-8; the same as long as the item is in the table.</returns>
    static abstract ReadOnlySpan<byte> NameOf(T item);
}

/// <summary>Names that are their own items: the table is a set of them.</summary>
public readonly struct OwnNames : INames<byte[]>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> NameOf(byte[] item) => item;
}

/// <summary>
/// Items by a name that they have already, each name once: open addressing with linear probing, a reference and a hash a place. For tables of a
/// million, where a dictionary takes 28 bytes a place and more places. One thread.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
/// <typeparam name="TNames">Knows an item's name.</typeparam>
public sealed class NamedItems<T, TNames>
    where T : class
    where TNames : INames<T>
{
    private const int FirstCapacity = 4;

    // Of the hash; an empty place has 0.
    private const int Used = 1;

    private int[] _hashes = [];
    private T?[] _items = [];

    /// <summary>How many are in it.</summary>
    public int Count { get; private set; }

    /// <summary>All of them, in no order. Not while the table changes.</summary>
    public IEnumerable<T> Items => _items.Where(item => item is not null)!;

    /// <summary>Looks a name up, without allocation.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, [NotNullWhen(true)] out T? item)
    {
        int place = PlaceOf(name, HashOf(name));
        item = place >= 0 ? _items[place] : null;
        return item is not null;
    }

    /// <summary>Where an item of that name stands, good until the table changes; a null reference: nowhere.</summary>
    internal ref T Find(ReadOnlySpan<byte> name)
    {
        int place = PlaceOf(name, HashOf(name));
        if (place < 0)
        {
            return ref Unsafe.NullRef<T>();
        }

        return ref _items[place]!;
    }

    /// <summary>Puts an item in the place of the one that has its name, if there is one.</summary>
    /// <returns>False when there was one.</returns>
    public bool Put(T item)
    {
        ReadOnlySpan<byte> name = TNames.NameOf(item);
        int hash = HashOf(name);
        int place = PlaceOf(name, hash);
        if (place >= 0)
        {
            _items[place] = item;
            return false;
        }

        // At most four of five places are taken: a look for a name that is not there passes some ten hashes then, which lie side by side.
        if ((Count + 1) * 5L > _items.Length * 4L)
        {
            Grow();
        }

        Insert(hash, item);
        Count++;
        return true;
    }

    /// <returns>False when there is none of that name.</returns>
    public bool Remove(ReadOnlySpan<byte> name)
    {
        int hole = PlaceOf(name, HashOf(name));
        if (hole < 0)
        {
            return false;
        }

        // Whoever stands behind the hole and belongs before it or into it moves up, so that no look ends too early.
        for (int next = Next(hole); _hashes[next] != 0; next = Next(next))
        {
            int home = Home(_hashes[next]);
            bool isReachable = hole <= next ? hole < home && home <= next : hole < home || home <= next;
            if (!isReachable)
            {
                (_hashes[hole], _items[hole]) = (_hashes[next], _items[next]);
                hole = next;
            }
        }

        (_hashes[hole], _items[hole]) = (0, null);
        Count--;
        return true;
    }

    private static int HashOf(ReadOnlySpan<byte> name) => Utf8Comparer.Hash(name) | Used;

    private int Home(int hash) => (int)(((ulong)(uint)hash * (uint)_items.Length) >> 32);

    private int Next(int place) => place + 1 < _items.Length ? place + 1 : 0;

    private int PlaceOf(ReadOnlySpan<byte> name, int hash)
    {
        if (Count == 0)
        {
            return -1;
        }

        for (int place = Home(hash); _hashes[place] != 0; place = Next(place))
        {
            if (_hashes[place] == hash && TNames.NameOf(_items[place]!).SequenceEqual(name))
            {
                return place;
            }
        }

        return -1;
    }

    private void Insert(int hash, T item)
    {
        int place = Home(hash);
        while (_hashes[place] != 0)
        {
            place = Next(place);
        }

        (_hashes[place], _items[place]) = (hash, item);
    }

    private void Grow()
    {
        (int[] hashes, T?[] items) = (_hashes, _items);
        int capacity = Math.Max(FirstCapacity, items.Length + (items.Length / 2));
        (_hashes, _items) = (new int[capacity], new T?[capacity]);
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i] is { } item)
            {
                Insert(hashes[i], item);
            }
        }
    }
}
