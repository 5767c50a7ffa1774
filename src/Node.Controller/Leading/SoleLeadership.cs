using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>
/// Without etcd: this controller leads from its start to its end, and knows nodes by their reports alone, or by what it is told. Any thread.
/// </summary>
internal sealed class SoleLeadership(Seat seat, TimeProvider time) : ILeadership
{
    private volatile IReadOnlyList<NodeAnnouncement>? _nodes;

    public event Action? NodesChanged;

    public string? Problem => null;

    public IReadOnlyList<NodeAnnouncement>? Nodes => _nodes;

    /// <summary>Takes which nodes there are, in the place of a registry.</summary>
    public void Announce(IReadOnlyList<NodeAnnouncement> nodes)
    {
        _nodes = nodes;
        NodesChanged?.Invoke();
    }

    public Task RunAsync(string address, Func<long, CancellationToken, Task> lead, CancellationToken cancel)
    {
        seat.Follow(seat.Id, address);
        return lead(time.GetUtcNow().ToUnixTimeMilliseconds(), cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
