using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Logging;
using Node.Push.Routing;
using Node.Rpc;
using Node.Rpc.Discovery;

namespace Node.Push;

/// <summary>
/// A push-manager in this process: its router, its streams to the nodes, its gRPC service. Who the nodes and the other managers are is
/// told to it; see <see cref="ApplyAsync"/>. Any thread.
/// </summary>
internal sealed class PushManager : IManagers, IAsyncDisposable
{
    private readonly RpcServer _server;
    private readonly GrpcChannelOptions _channels;
    private readonly FromManager.Types.Hello _hello;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, (string Address, GrpcChannel Channel)> _managers = [];
    private readonly Dictionary<string, (string Address, NodeConnector Connector)> _nodes = [];
    private volatile NodeConnector[] _connectors = [];
    private (int Nodes, int Managers) _counts;
    private readonly Lock _applying = new();
    private Task _applied = Task.CompletedTask;

    /// <param name="id">In the registry.</param>
    /// <param name="incarnation">Of this start.</param>
    /// <param name="server">Where the service is.</param>
    /// <param name="channels">To nodes and other managers.</param>
    /// <param name="log">Hears what goes wrong, and of new views.</param>
    public PushManager(string id, ulong incarnation, RpcServerOptions server, GrpcChannelOptions channels, ILogger log)
    {
        (Id, _channels, _log) = (id, channels, log);
        _hello = new FromManager.Types.Hello { Manager = id, Incarnation = incarnation };
        Router = new RouterThread(new PushRouter(id, new Random()), log.RouterFailed);
        _server = new RpcServer(server).MapGrpcService(new PushService(new PushGateway(Router, this), KickAsync));
    }

    public string Id { get; }

    public RouterThread Router { get; }

    /// <summary>Where the service listens, once it is started.</summary>
    public int Port => _server.Port;

    public Task StartAsync() => _server.StartAsync();

    /// <summary>Takes no more calls, and lets open ones end.</summary>
    public Task StopAsync(CancellationToken deadline) => _server.StopAsync(deadline);

    /// <summary>Takes who is registered; what an earlier call has begun is finished first.</summary>
    /// <param name="nodes">Connect-nodes: id and host:port.</param>
    /// <param name="managers">Push-managers, this one among them: id, incarnation, host:port.</param>
    public Task ApplyAsync(
        IReadOnlyCollection<(string Id, string Address)> nodes, IReadOnlyCollection<(string Id, ulong Incarnation, string Address)> managers)
    {
        lock (_applying)
        {
            Task before = _applied;
            _applied = Task.Run(async () =>
            {
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await TakeAsync(nodes, managers).ConfigureAwait(false);
            });
            return _applied;
        }
    }

    /// <summary>Ends connections of a user, wherever they are.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: some node could not be asked; the others have done it.</exception>
    public async Task<uint> KickAsync(KickRequest request, CancellationToken cancellation)
    {
        NodeConnector[] nodes = _connectors;
        uint?[] kicked = await Task.WhenAll(nodes.Select(node => node.KickAsync(request, cancellation))).ConfigureAwait(false);
        return kicked.All(count => count is not null)
            ? (uint)kicked.Sum(count => count!.Value)
            : throw new RpcException(new Status(StatusCode.Unavailable, $"{kicked.Count(count => count is null)} of {nodes.Length} nodes did not answer"));
    }

    public GrpcChannel? ChannelTo(string manager) =>
        manager != Id && _managers.TryGetValue(manager, out (string Address, GrpcChannel Channel) found) ? found.Channel : null;

    public async ValueTask DisposeAsync()
    {
        await _applied.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync().ConfigureAwait(false);
        foreach ((_, NodeConnector connector) in _nodes.Values)
        {
            await connector.DisposeAsync().ConfigureAwait(false);
        }

        Router.Dispose();
        foreach ((_, GrpcChannel channel) in _managers.Values)
        {
            channel.Dispose();
        }
    }

    private async Task TakeAsync(
        IReadOnlyCollection<(string Id, string Address)> nodes, IReadOnlyCollection<(string Id, ulong Incarnation, string Address)> managers)
    {
        // Every change of somebody's load is a view, too.
        if ((nodes.Count, managers.Count) != _counts)
        {
            _counts = (nodes.Count, managers.Count);
            _log.ViewTaken(nodes.Count, managers.Count);
        }

        TakeManagers(managers);
        await TakeNodesAsync(nodes).ConfigureAwait(false);
        _connectors = [.. _nodes.Values.Select(node => node.Connector)];
        var registered = nodes.Select(node => node.Id).ToHashSet();
        var view = new ManagerView(managers.Select(manager => new ManagerKey(manager.Id, (long)manager.Incarnation)));
        Router.Post(() =>
        {
            Router.Router.Apply(registered);
            Router.Router.Apply(view);
        });
    }

    private void TakeManagers(IReadOnlyCollection<(string Id, ulong Incarnation, string Address)> managers)
    {
        var addresses = managers.ToDictionary(manager => manager.Id, manager => manager.Address);
        foreach (string id in _managers.Keys.Where(id => !addresses.TryGetValue(id, out string? now) || now != _managers[id].Address).ToList())
        {
            if (_managers.TryRemove(id, out (string Address, GrpcChannel Channel) gone))
            {
                gone.Channel.Dispose();
            }
        }

        foreach ((string id, string address) in addresses.Where(manager => manager.Key != Id && !_managers.ContainsKey(manager.Key)))
        {
            _managers[id] = (address, GrpcChannel.ForAddress($"{(_channels.Tls is null ? "http" : "https")}://{address}", _channels));
        }
    }

    private async Task TakeNodesAsync(IReadOnlyCollection<(string Id, string Address)> nodes)
    {
        var addresses = nodes.ToDictionary(node => node.Id, node => node.Address);
        foreach (string id in _nodes.Keys.Where(id => !addresses.TryGetValue(id, out string? now) || now != _nodes[id].Address).ToList())
        {
            await _nodes[id].Connector.DisposeAsync().ConfigureAwait(false);
            _nodes.Remove(id);
        }

        foreach ((string id, string address) in addresses.Where(node => !_nodes.ContainsKey(node.Key)))
        {
            _nodes[id] = (address, new NodeConnector(address, _channels, _hello, Router, problem => _log.NodeStreamEnded(id, problem)));
        }
    }
}
