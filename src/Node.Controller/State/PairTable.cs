using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>
/// Pairs of two numbers with a value: found by both, and listed by the first, the owner, who holds where its list begins. Not
/// thread-safe.
/// </summary>
internal sealed class PairTable
{
    private readonly HashedTable<Pair> _pairs = new();

    public int Count => _pairs.Count;

    public ref Pair this[int pair] => ref _pairs[pair];

    /// <summary>0 when there is no such pair.</summary>
    public int Find(int owner, int member)
    {
        int pair = _pairs.First(Pair.HashOf(owner, member));
        while (pair != 0 && (_pairs[pair].Owner != owner || _pairs[pair].Member != member))
        {
            pair = _pairs[pair].Next;
        }

        return pair;
    }

    /// <summary>Adds a pair that is not here yet.</summary>
    /// <param name="owner">Whose list it goes to.</param>
    /// <param name="member">The other one.</param>
    /// <param name="first">Where the owner's list begins.</param>
    public int Add(int owner, int member, ref int first)
    {
        int pair = _pairs.Add(new Pair { Owner = owner, Member = member, NextOfOwner = first });
        if (first != 0)
        {
            _pairs[first].PreviousOfOwner = pair;
        }

        first = pair;
        return pair;
    }

    public void Remove(int pair, ref int first)
    {
        Pair gone = _pairs[pair];
        if (gone.PreviousOfOwner != 0)
        {
            _pairs[gone.PreviousOfOwner].NextOfOwner = gone.NextOfOwner;
        }
        else
        {
            first = gone.NextOfOwner;
        }

        if (gone.NextOfOwner != 0)
        {
            _pairs[gone.NextOfOwner].PreviousOfOwner = gone.PreviousOfOwner;
        }

        _pairs.Remove(pair);
    }

    public struct Pair : IHashedRow
    {
        public int Owner;
        public int Member;

        /// <summary>The table's user's.</summary>
        public int Value;

        public int NextOfOwner;

        internal int PreviousOfOwner;

        public readonly int Hash => HashOf(Owner, Member);

        public int Next { get; set; }

        internal static int HashOf(int owner, int member) => (int)(((((ulong)(uint)owner << 32) | (uint)member) * 0x9E3779B97F4A7C15) >> 32);
    }
}
