using Microsoft.Extensions.Logging.Abstractions;
using Node.Connect.Cluster.Etcd;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Buses;

internal sealed class EtcdBusFixture : StoreBusFixture
{
    private EtcdBusFixture(EtcdServer server, int nodes, params Uri[] lastEndpoint)
    {
        Server = server;
        for (int i = 0; i < nodes; i++)
        {
            AddNode(new EtcdBusStore(server.Options(i == nodes - 1 ? lastEndpoint : []), NullLogger.Instance));
        }
    }

    public EtcdServer Server { get; }

    public static async Task<EtcdBusFixture> StartAsync(int nodes) => new(await EtcdServer.StartAsync(), nodes);

    /// <param name="server">Theirs from now on.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="lastEndpoint">By which the last node reaches it.</param>
    public static EtcdBusFixture Over(EtcdServer server, int nodes, Uri lastEndpoint) => new(server, nodes, lastEndpoint);

    public override Task TakeAwayAsync() => Server.KillAsync();

    public override Task BringBackAsync() => Server.StartAgainAsync();

    protected override async Task EndStoreAsync() => await Server.DisposeAsync();
}
