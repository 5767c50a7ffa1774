using Microsoft.Extensions.Logging;
using Node.Connect.Logging;
using Node.Rpc;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>What joins a hub to others: its bus, and the gRPC service that managers attach to. Any thread.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly RpcServer _server;

    /// <param name="hub">Whose <see cref="Hub.Hub.Bus"/> will be <see cref="Bus"/>.</param>
    /// <param name="node">The node's name in the registry.</param>
    /// <param name="incarnation">Of this start of it.</param>
    /// <param name="server">Where the service is.</param>
    /// <param name="log">Hears of our own bugs.</param>
    /// <param name="empty">Begins to empty the node, so many connections a second; 0: at its own rate.</param>
    public ClusterNode(Hub.Hub hub, string node, ulong incarnation, RpcServerOptions server, ILogger log, Action<int> empty)
    {
        Bus = new ManagerBus(hub, node, incarnation, log.BusFailed);
        _server = new RpcServer(server).MapGrpcService(new NodeService(hub, Bus, empty));
    }

    public ManagerBus Bus { get; }

    /// <summary>Where the service listens, once it is started.</summary>
    public int Port => _server.Port;

    /// <exception cref="IOException">The port is taken.</exception>
    public Task StartAsync() => _server.StartAsync();

    /// <summary>Takes which push-managers there are.</summary>
    public void Apply(ManagerView view) => Bus.Post(() => Bus.Core.Apply(view));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        Bus.Dispose();
    }
}
