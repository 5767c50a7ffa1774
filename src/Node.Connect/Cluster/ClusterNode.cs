using Node.Rpc;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>What makes a node one of several: its bus, and the gRPC service that managers attach to. Any thread.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly RpcServer _server;

    /// <param name="hub">Not started yet.</param>
    /// <param name="node">The node's name in the registry.</param>
    /// <param name="incarnation">Of this start of it.</param>
    /// <param name="server">Where the service is.</param>
    /// <param name="fault">Hears of our own bugs.</param>
    public ClusterNode(Hub.Hub hub, string node, ulong incarnation, RpcServerOptions server, Action<Exception> fault)
    {
        Bus = new ManagerBus(hub, node, incarnation, fault);
        hub.Bus = Bus;
        _server = new RpcServer(server).MapGrpcService(new NodeService(hub, Bus));
    }

    public ManagerBus Bus { get; }

    /// <summary>Where the service listens, once it is started.</summary>
    public int Port => _server.Port;

    public Task StartAsync() => _server.StartAsync();

    /// <summary>Takes which push-managers there are.</summary>
    public void Apply(ManagerView view) => Bus.Post(() => Bus.Core.Apply(view));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        Bus.Dispose();
    }
}
