using Microsoft.Extensions.Logging.Abstractions;
using Node.Connect.Cluster.Redis;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Buses;

internal sealed class RedisBusFixture : StoreBusFixture
{
    public override bool LosesWhileAway => true;

    private readonly RedisServer _server;

    private RedisBusFixture(RedisServer server, int nodes)
    {
        _server = server;
        for (int i = 0; i < nodes; i++)
        {
            AddNode(new RedisBusStore(server.Address, "test:", NullLogger.Instance));
        }
    }

    public static async Task<RedisBusFixture> StartAsync(int nodes, bool isForgetful = false) =>
        new(await RedisServer.StartNewAsync(isForgetful), nodes);

    public override Task TakeAwayAsync() => _server.KillAsync();

    public override Task BringBackAsync() => _server.StartAsync();

    protected override async Task EndStoreAsync() => await _server.DisposeAsync();
}
