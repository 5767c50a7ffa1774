using Node.Connect.Cluster;
using Node.Connect.Cluster.Stores;
using Node.Hub;
using Node.Tests.Hub;

namespace Node.Tests.Cluster.Buses;

/// <summary>Nodes on a real store.</summary>
internal abstract class StoreBusFixture : BusFixture
{
    public List<StoreBus> Buses { get; } = [];

    protected void AddNode(IBusStore store) => Nodes.Add(new HubServer(2, new HubOptions { NodeId = $"node-{Nodes.Count}" }, hub =>
    {
        var bus = new StoreBus(new HubReceiver(hub, () => { }), store, Faults.Enqueue);
        hub.Bus = bus;
        Buses.Add(bus);
    }));

    protected abstract Task EndStoreAsync();

    protected override async Task EndAsync()
    {
        foreach (StoreBus bus in Buses)
        {
            await bus.DisposeAsync();
        }

        Nodes.ForEach(node => node.Dispose());
        await EndStoreAsync();
    }
}
