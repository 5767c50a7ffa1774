using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>Ids of messages without numbers that came lately, so that one that is sent again is left out. The bus's thread.</summary>
internal sealed class RecentIds
{
    private const int KeepMs = 30_000;
    private const int MaxIds = 1_000_000;

    private readonly HashSet<(TargetKey, ulong, ulong, string)> _ids = [];
    private readonly Queue<((TargetKey, ulong, ulong, string) Id, long At)> _byAge = new();

    /// <returns>False when it has come before.</returns>
    public bool TryAdd(in TargetKey target, MessageId id, long now)
    {
        (TargetKey, ulong, ulong, string) key = id.Key.Length > 0 ? (target, 0, 0, id.Key) : (target, id.Origin, id.Number, "");
        if (!_ids.Add(key))
        {
            return false;
        }

        _byAge.Enqueue((key, now));
        return true;
    }

    public void Expire(long now)
    {
        while (_byAge.TryPeek(out ((TargetKey, ulong, ulong, string) Id, long At) oldest)
            && (now - oldest.At > KeepMs || _byAge.Count > MaxIds))
        {
            _byAge.Dequeue();
            _ids.Remove(oldest.Id);
        }
    }
}
