using System.Collections.Concurrent;
using Node.Tests.Support;

namespace Node.Tests.Conformance;

/// <summary>One node for each transport, all with the same settings, each made when it is first asked for.</summary>
public abstract class NodesByCarrier(string yaml, string node = "") : IAsyncLifetime
{
    private readonly ConcurrentDictionary<Carrier, Task<TestNode>> _nodes = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (Task<TestNode> started in _nodes.Values)
        {
            await (await started).DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    internal Task<TestNode> On(Carrier carrier) => _nodes.GetOrAdd(carrier, key => TestNode.StartAsync(key, yaml, node));
}
