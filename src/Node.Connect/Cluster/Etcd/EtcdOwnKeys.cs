using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster.Etcd;

/// <summary>
/// The keys that this node wrote last: those that nobody here watches are deleted after a while, so that etcd does not fill with rooms and
/// users that are no more. A node that still has members of such a room puts it back. The bus's thread.
/// </summary>
internal sealed class EtcdOwnKeys
{
    private const long KeepMs = 60_000;
    private const long SweepMs = 5_000;
    private const int MaxAtOnce = 100;

    private readonly Dictionary<TargetKey, (long Revision, long At)> _keys = [];
    private long _sweptAt = Environment.TickCount64;

    public int Count => _keys.Count;

    public void Note(in TargetKey target, long revision)
    {
        if (target.Kind != Target.Types.Kind.Everybody)
        {
            _keys[target] = (revision, Environment.TickCount64);
        }
    }

    /// <summary>Somebody else has written it since, or it is gone.</summary>
    public void Changed(in TargetKey target, long revision)
    {
        if (_keys.TryGetValue(target, out (long Revision, long At) own) && own.Revision < revision)
        {
            _keys.Remove(target);
        }
    }

    /// <summary>The next ones to delete; they count as deleted then.</summary>
    public IReadOnlyList<(TargetKey Target, long Revision)> TakeOld(IReadOnlySet<TargetKey> watched)
    {
        long now = Environment.TickCount64;
        if (now - _sweptAt < SweepMs)
        {
            return [];
        }

        (TargetKey Target, long Revision)[] old =
        [
            .. _keys.Where(key => now - key.Value.At >= KeepMs && (key.Key.Kind == Target.Types.Kind.User || !watched.Contains(key.Key)))
                .Select(key => (key.Key, key.Value.Revision)).Take(MaxAtOnce),
        ];
        Array.ForEach(old, key => _keys.Remove(key.Target));

        // While there are more, the next ones go at once.
        _sweptAt = old.Length == MaxAtOnce ? _sweptAt : now;
        return old;
    }

    public void PutBack(IReadOnlyList<(TargetKey Target, long Revision)> keys)
    {
        foreach ((TargetKey target, long revision) in keys)
        {
            _keys.TryAdd(target, (revision, Environment.TickCount64));
        }
    }
}
