namespace Node.Host.Tables;

/// <summary>Rows of one kind, named by numbers from 1, and found by their hashes. Not thread-safe.</summary>
/// <remarks>
/// Linear hashing: with every row more than there were ever comes one bucket more, and the rows of one other are shared out between the two. So a
/// table of a million grows without a pause, has no slack, and leaves no arrays behind that it has outgrown.
/// </remarks>
public sealed class HashedTable<T>
    where T : struct, IHashedRow
{
    private readonly SlotTable<T> _rows = new();

    // The first row of each; bucket 0 is slot 1.
    private readonly SlotTable<int> _buckets = new();

    private int _bucketCount;

    // One less than the least power of two that is not below the number of buckets.
    private int _mask;

    public HashedTable() => _bucketCount = _buckets.Add();

    public int Count => _rows.Count;

    /// <summary>Above every row there is.</summary>
    public int End => _rows.End;

    public ref T this[int row] => ref _rows[row];

    /// <summary>Where a row of this hash would be: the first of its bucket, in which <see cref="IHashedRow.Next"/> leads on; 0 ends it.</summary>
    public int First(int hash) => _buckets[BucketOf(hash)];

    /// <summary>The number of a row that is not here yet.</summary>
    public int Add(in T row)
    {
        if (_rows.Count == _bucketCount)
        {
            Split();
        }

        int added = _rows.Add();
        ref int first = ref _buckets[BucketOf(row.Hash)];
        ref T there = ref _rows[added];
        there = row;
        there.Next = first;
        first = added;
        return added;
    }

    public void Remove(int row)
    {
        ref int bucket = ref _buckets[BucketOf(_rows[row].Hash)];
        int next = _rows[row].Next;
        if (bucket == row)
        {
            bucket = next;
        }
        else
        {
            int before = bucket;
            while (_rows[before].Next != row)
            {
                before = _rows[before].Next;
            }

            _rows[before].Next = next;
        }

        _rows.Remove(row);
    }

    /// <summary>The slot of a hash's bucket.</summary>
    private int BucketOf(int hash)
    {
        int bucket = hash & _mask;
        return (bucket < _bucketCount ? bucket : bucket & (_mask >> 1)) + 1;
    }

    /// <summary>Makes one bucket more, and shares the rows of its elder out.</summary>
    private void Split()
    {
        int added = _buckets.Add() - 1;
        _bucketCount++;
        if (added > _mask)
        {
            _mask = (2 * _mask) + 1;
        }

        ref int elder = ref _buckets[(added & (_mask >> 1)) + 1];
        int row = elder;
        elder = 0;
        while (row != 0)
        {
            int next = _rows[row].Next;
            ref int first = ref _buckets[BucketOf(_rows[row].Hash)];
            (_rows[row].Next, first) = (first, row);
            row = next;
        }
    }
}
