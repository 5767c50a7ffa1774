using Node.Rpc.Etcd;

namespace Node.Rpc.Discovery;

/// <summary>The candidates at one moment. Any thread.</summary>
internal sealed class Ballot
{
    private readonly HashSet<string> _keys;
    private readonly TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Ballot(IReadOnlyList<EtcdKeyValue> candidates)
    {
        _keys = [.. candidates.Select(candidate => candidate.Key)];
        Leader = candidates.Count == 0 ? null : LeaderOf(candidates.MinBy(candidate => candidate.CreateRevision));
    }

    public Leader? Leader { get; }

    /// <summary>Done when there is another ballot.</summary>
    public Task Next => _next.Task;

    public bool Has(string key) => _keys.Contains(key);

    public void SetNext() => _next.SetResult();

    private static Leader LeaderOf(EtcdKeyValue candidate) => new(candidate.Text, candidate.CreateRevision);
}
