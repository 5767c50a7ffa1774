using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>Without etcd: this controller leads from its start to its end, and knows nodes by their reports alone.</summary>
internal sealed class SoleLeadership(Seat seat, TimeProvider time) : ILeadership
{
    public string? Problem => null;

    public IReadOnlyList<NodeAnnouncement>? Nodes => null;

    public event Action? NodesChanged
    {
        add { }
        remove { }
    }

    public Task RunAsync(string address, Func<long, CancellationToken, Task> lead, CancellationToken cancel)
    {
        seat.Follow(seat.Id, address);
        return lead(time.GetUtcNow().ToUnixTimeMilliseconds(), cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
