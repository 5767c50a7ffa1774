using System.Collections.Concurrent;
using Node.Tests.Hub;

namespace Node.Tests.Cluster.Buses;

/// <summary>Several hubs on one bus, and what carries it.</summary>
internal abstract class BusFixture : IAsyncDisposable
{
    public List<HubServer> Nodes { get; } = [];

    /// <summary>Bugs that a bus has told; there must be none.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    /// <summary>Whether there is something that can be away.</summary>
    public virtual bool CanBeAway => true;

    /// <summary>What is sent before a node is back does not reach it.</summary>
    public virtual bool LosesWhileAway => false;

    /// <summary>From one moment to the next nothing is carried any more.</summary>
    public virtual Task TakeAwayAsync() => throw new NotSupportedException();

    public virtual Task BringBackAsync() => throw new NotSupportedException();

    public Task<HubClient> ClientAsync(int node, string user) => HubClient.NamedAsync(Nodes[node], user);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Assert.Empty(Faults);
    }

    protected abstract Task EndAsync();
}
