namespace Node.Tests.Cluster.Buses;

/// <summary>Hubs of one process.</summary>
public sealed class LocalBusTests : BusTests
{
    private protected override Task<BusFixture> StartAsync(int nodes) => Task.FromResult<BusFixture>(new LocalBusFixture(nodes));
}
