namespace Node.Tests.Cluster.Buses;

/// <summary>Push-managers over real gRPC.</summary>
public sealed class ManagerBusTests : BusTests
{
    private protected override Task<BusFixture> StartAsync(int nodes) => ManagerBusFixture.StartAsync(nodes);
}
