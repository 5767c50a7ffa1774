using Node.Connect.Cluster.Stores;
using Node.Protocol.Bus;

namespace Node.Connect.Cluster.Etcd;

/// <summary>What a room's key holds, as far as this node knows.</summary>
/// <param name="Since">The revision of the store from which this holds.</param>
/// <param name="Revision">Of the key, for the comparison; 0: there is no such key.</param>
/// <param name="Epoch">The life of its numbers; empty: none that this node knows.</param>
/// <param name="Next">The number of the next message.</param>
internal readonly record struct EtcdRoom(long Since, long Revision, string Epoch, ulong Next)
{
    /// <summary>Not looked at yet; if there is such a key after all, etcd says so.</summary>
    public static EtcdRoom Unknown => Missing(0);

    public static EtcdRoom Missing(long since) => new(since, 0, "", 1);

    public static EtcdRoom Of(long revision, BusBatch batch) =>
        new(revision, revision, batch.Epoch, batch.First + (ulong)batch.Messages.Count);

    /// <summary>
    /// The key is gone, with the node that wrote it last, say. Its changes come in order, so this is the whole of that life, which can go on:
    /// members need not start over because a node they never heard of has left.
    /// </summary>
    public EtcdRoom DeletedAt(long revision) => this with { Since = revision, Revision = 0 };

    /// <summary>
    /// Life and first number of a batch that is put next. Where nothing is known, or less than what the sender has seen of that life, another
    /// life begins behind what it has seen: members see their numbers go on.
    /// </summary>
    public (string Epoch, ulong First) Number(StoreBatch batch)
    {
        bool isBehind = Epoch == batch.KnownEpoch && Next <= batch.KnownOffset;
        return Epoch.Length == 0 || isBehind
            ? (Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 6)), batch.KnownOffset + 1)
            : (Epoch, Next);
    }
}
