namespace Node.Tests.Cluster.Buses;

/// <summary>Nodes and push-managers over real gRPC.</summary>
internal sealed class ManagerBusFixture : BusFixture
{
    private readonly TestCluster _cluster;

    private ManagerBusFixture(TestCluster cluster)
    {
        _cluster = cluster;
        Nodes.AddRange(cluster.Nodes.Select(node => node.Server));
    }

    public static async Task<BusFixture> StartAsync(int nodes) => new ManagerBusFixture(await TestCluster.StartAsync(nodes, managers: 2));

    public override async Task TakeAwayAsync()
    {
        while (_cluster.Managers.Count > 0)
        {
            await _cluster.StopManagerAsync(0);
        }
    }

    public override async Task BringBackAsync()
    {
        await _cluster.StartManagerAsync("manager-0");
        await _cluster.StartManagerAsync("manager-1");
        await _cluster.TellAsync();
    }

    protected override async Task EndAsync() => await _cluster.DisposeAsync();
}
