using Node.Hub;
using Node.Tests.Hub;

namespace Node.Tests.Cluster.Buses;

/// <summary>Hubs of this process on an exchange.</summary>
internal sealed class LocalBusFixture : BusFixture
{
    public LocalBusFixture(int nodes)
    {
        var exchange = new LocalExchange();
        for (int i = 0; i < nodes; i++)
        {
            Nodes.Add(new HubServer(2, new HubOptions { NodeId = $"node-{i}" }, hub => exchange.Join(hub)));
        }
    }

    public override bool CanBeAway => false;

    protected override Task EndAsync()
    {
        Nodes.ForEach(node => node.Dispose());
        return Task.CompletedTask;
    }
}
