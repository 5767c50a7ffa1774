namespace Node.Controller.State;

/// <summary>
/// Pairs of two numbers with a value: found by both, and listed by the first, the owner, who holds where its list begins. Not
/// thread-safe.
/// </summary>
internal sealed class PairTable
{
    private readonly SlotTable<Pair> _pairs = new();
    private int[] _buckets = new int[16];

    public int Count => _pairs.Count;

    public ref Pair this[int pair] => ref _pairs[pair];

    /// <summary>0 when there is no such pair.</summary>
    public int Find(int owner, int member)
    {
        int pair = _buckets[BucketOf(owner, member)];
        while (pair != 0 && (_pairs[pair].Owner != owner || _pairs[pair].Member != member))
        {
            pair = _pairs[pair].NextInBucket;
        }

        return pair;
    }

    /// <summary>Adds a pair that is not here yet.</summary>
    /// <param name="owner">Whose list it goes to.</param>
    /// <param name="member">The other one.</param>
    /// <param name="first">Where the owner's list begins.</param>
    public int Add(int owner, int member, ref int first)
    {
        if (_pairs.Count == _buckets.Length)
        {
            Grow();
        }

        int pair = _pairs.Add();
        ref int bucket = ref _buckets[BucketOf(owner, member)];
        _pairs[pair] = new Pair { Owner = owner, Member = member, NextInBucket = bucket, Next = first };
        bucket = pair;
        if (first != 0)
        {
            _pairs[first].Previous = pair;
        }

        first = pair;
        return pair;
    }

    public void Remove(int pair, ref int first)
    {
        Pair gone = _pairs[pair];
        ref int link = ref _buckets[BucketOf(gone.Owner, gone.Member)];
        while (link != pair)
        {
            link = ref _pairs[link].NextInBucket;
        }

        link = gone.NextInBucket;
        if (gone.Previous != 0)
        {
            _pairs[gone.Previous].Next = gone.Next;
        }
        else
        {
            first = gone.Next;
        }

        if (gone.Next != 0)
        {
            _pairs[gone.Next].Previous = gone.Previous;
        }

        _pairs.Remove(pair);
    }

    private int BucketOf(int owner, int member)
    {
        ulong mixed = (((ulong)(uint)owner << 32) | (uint)member) * 0x9E3779B97F4A7C15;
        return (int)(mixed >> 33) & (_buckets.Length - 1);
    }

    private void Grow()
    {
        int[] old = _buckets;
        _buckets = new int[2 * old.Length];
        foreach (int first in old)
        {
            int pair = first;
            while (pair != 0)
            {
                ref Pair row = ref _pairs[pair];
                int next = row.NextInBucket;
                ref int bucket = ref _buckets[BucketOf(row.Owner, row.Member)];
                (row.NextInBucket, bucket) = (bucket, pair);
                pair = next;
            }
        }
    }

    public struct Pair
    {
        public int Owner;
        public int Member;

        /// <summary>The table's user's.</summary>
        public int Value;

        /// <summary>The next of the same owner.</summary>
        public int Next;

        internal int Previous;
        internal int NextInBucket;
    }
}
