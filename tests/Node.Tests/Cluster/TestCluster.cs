using Microsoft.Extensions.Logging.Abstractions;
using Node.Connect.Cluster;
using Node.Hub;
using Node.Push;
using Node.Rpc;
using Node.Rpc.Discovery;
using Node.Tests.Hub;

namespace Node.Tests.Cluster;

/// <summary>Nodes and push-managers in this process, joined by real gRPC on free ports; the test is the registry.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<GrpcChannel> _channels = [];
    private ulong _incarnations;

    public List<(string Id, ulong Incarnation, PushManager Manager)> Managers { get; } = [];

    public List<(string Id, HubServer Server, ClusterNode Node)> Nodes { get; } = [];

    public static async Task<TestCluster> StartAsync(int nodes, int managers)
    {
        var cluster = new TestCluster();
        for (int i = 0; i < nodes; i++)
        {
            await cluster.StartNodeAsync($"node-{i}");
        }

        for (int i = 0; i < managers; i++)
        {
            await cluster.StartManagerAsync($"manager-{i}");
        }

        await cluster.TellAsync();
        return cluster;
    }

    public async Task StartManagerAsync(string id)
    {
        ulong incarnation = ++_incarnations;
        var manager = new PushManager(id, incarnation, new RpcServerOptions(), new GrpcChannelOptions(), NullLogger.Instance);
        await manager.StartAsync();
        Managers.Add((id, incarnation, manager));
    }

    /// <summary>The manager is gone from one moment to the next; the registry notices when the test says so.</summary>
    public async Task StopManagerAsync(int place)
    {
        PushManager gone = Managers[place].Manager;
        Managers.RemoveAt(place);
        await gone.DisposeAsync();
    }

    public async Task TellAsync()
    {
        (string, string)[] nodes = [.. Nodes.Select(node => (node.Id, $"127.0.0.1:{node.Node.Port}"))];
        (string Id, ulong Incarnation, string)[] managers =
            [.. Managers.Select(manager => (manager.Id, manager.Incarnation, $"127.0.0.1:{manager.Manager.Port}"))];
        foreach ((_, _, PushManager manager) in Managers)
        {
            await manager.ApplyAsync(nodes, managers);
        }

        var view = new ManagerView(managers.Select(manager => new ManagerKey(manager.Id, (long)manager.Incarnation)));
        Nodes.ForEach(node => node.Node.Apply(view));
    }

    /// <summary>To the first manager.</summary>
    public Protocol.Push.PushService.PushServiceClient Push()
    {
        GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{Managers[0].Manager.Port}");
        _channels.Add(channel);
        return new Protocol.Push.PushService.PushServiceClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        foreach ((_, _, PushManager manager) in Managers)
        {
            await manager.DisposeAsync();
        }

        foreach ((_, HubServer server, ClusterNode node) in Nodes)
        {
            await node.DisposeAsync();
            server.Dispose();
        }
    }

    private async Task StartNodeAsync(string id)
    {
        ClusterNode? node = null;
        var server = new HubServer(2, new HubOptions { NodeId = id }, hub =>
        {
            node = new ClusterNode(hub, id, ++_incarnations, new RpcServerOptions(), NullLogger.Instance, _ => { });
            hub.Bus = node.Bus;
        });
        await node!.StartAsync();
        Nodes.Add((id, server, node));
    }
}
