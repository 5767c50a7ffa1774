using System.Text;

namespace Node.Rpc.Discovery;

/// <summary>
/// The push-managers among which <see cref="Rendezvous"/> chooses, as protocol/cluster.md has it. Any thread: it never changes.
/// </summary>
public sealed class ManagerView
{
    private readonly Candidate[] _candidates;

    /// <param name="managers">Ids that are all different, and incarnations; in any order.</param>
    public ManagerView(IEnumerable<ManagerKey> managers)
    {
        _candidates = [.. managers
            .Select(manager => new Candidate(manager, Encoding.UTF8.GetBytes(manager.Id)))
            .Order()];
        Name = _candidates.Aggregate(Rendezvous.Basis, (hash, candidate) => candidate.AddTo(hash));
    }

    /// <summary>From the members of the role push-manager.</summary>
    public ManagerView(RoleMembers managers)
        : this(managers.Members.Select(member => new ManagerKey(member.Id, member.Incarnation)))
    {
    }

    public static ManagerView Empty { get; } = new([]);

    /// <summary>The same for the same managers, wherever it is made.</summary>
    public ulong Name { get; }

    public int Count => _candidates.Length;

    /// <summary>In order of the ids' bytes.</summary>
    public ManagerKey this[int index] => _candidates[index].Key;

    /// <summary>The id of the manager that owns a target; null where there is none.</summary>
    public string? OwnerOf(Protocol.Connect.Target.Types.Kind kind, ReadOnlySpan<byte> name) => Rendezvous.Owner(this, kind, name)?.Id;

    /// <summary>The hash of a manager's id and the zero byte after it.</summary>
    internal ulong SeedOf(int index) => _candidates[index].Seed;

    private readonly struct Candidate(ManagerKey key, byte[] id) : IComparable<Candidate>
    {
        private readonly byte[] _id = id;

        public ManagerKey Key { get; } = key;

        /// <summary>Goes on with the hash that names a view.</summary>
        public ulong AddTo(ulong hash) => Rendezvous.Hash(
            Rendezvous.Hash(Rendezvous.Hash(hash, _id), [0]), Encoding.UTF8.GetBytes($"{Key.Incarnation}\0"));

        public ulong Seed { get; } = Rendezvous.Hash(Rendezvous.Hash(Rendezvous.Basis, id), [0]);

        public int CompareTo(Candidate other) => _id.AsSpan().SequenceCompareTo(other._id);
    }
}
