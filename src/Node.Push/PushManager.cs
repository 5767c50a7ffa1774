using System.Collections.Concurrent;
using Node.Protocol.Connect;
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
    private readonly RouterThread _router;
    private readonly GrpcChannelOptions _channels;
    private readonly FromManager.Types.Hello _hello;
    private readonly Action<string> _log;
    private readonly ConcurrentDictionary<string, (string Address, GrpcChannel Channel)> _managers = [];
    private readonly Dictionary<string, (string Address, NodeConnector Connector)> _nodes = [];
    private readonly SemaphoreSlim _applying = new(1);

    /// <param name="id">In the registry.</param>
    /// <param name="incarnation">Of this start.</param>
    /// <param name="server">Where the service is.</param>
    /// <param name="channels">To nodes and other managers.</param>
    /// <param name="log">Hears what goes wrong.</param>
    public PushManager(string id, ulong incarnation, RpcServerOptions server, GrpcChannelOptions channels, Action<string> log)
    {
        (Id, _channels, _log) = (id, channels, log);
        _hello = new FromManager.Types.Hello { Manager = id, Incarnation = incarnation };
        _router = new RouterThread(new PushRouter(id, new Random()), exception => log(exception.ToString()));
        _server = new RpcServer(server).MapGrpcService(new PushService(new PushGateway(_router, this)));
    }

    public string Id { get; }

    /// <summary>Where the service listens, once it is started.</summary>
    public int Port => _server.Port;

    public Task StartAsync() => _server.StartAsync();

    /// <summary>Takes who is registered. Call it one at a time, in order.</summary>
    /// <param name="nodes">Connect-nodes: id and host:port.</param>
    /// <param name="managers">Push-managers, this one among them: id, incarnation, host:port.</param>
    public async Task ApplyAsync(
        IReadOnlyCollection<(string Id, string Address)> nodes, IReadOnlyCollection<(string Id, ulong Incarnation, string Address)> managers)
    {
        await _applying.WaitAsync().ConfigureAwait(false);
        try
        {
            TakeManagers(managers);
            await TakeNodesAsync(nodes).ConfigureAwait(false);
            var registered = nodes.Select(node => node.Id).ToHashSet();
            var view = new ManagerView(managers.Select(manager => new ManagerKey(manager.Id, (long)manager.Incarnation)));
            _router.Post(() =>
            {
                _router.Router.Apply(registered);
                _router.Router.Apply(view);
            });
        }
        finally
        {
            _applying.Release();
        }
    }

    public GrpcChannel? ChannelTo(string manager) =>
        manager != Id && _managers.TryGetValue(manager, out (string Address, GrpcChannel Channel) found) ? found.Channel : null;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        foreach ((_, NodeConnector connector) in _nodes.Values)
        {
            await connector.DisposeAsync().ConfigureAwait(false);
        }

        _router.Dispose();
        foreach ((_, GrpcChannel channel) in _managers.Values)
        {
            channel.Dispose();
        }

        _applying.Dispose();
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
            _nodes[id] = (address, new NodeConnector(address, _channels, _hello, _router, problem => _log($"{id} at {address}: {problem}")));
        }
    }
}
