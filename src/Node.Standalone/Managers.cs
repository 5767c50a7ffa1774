using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Node.Connect;
using Node.Connect.Cluster;
using Node.Connect.Cluster.Reporting;
using Node.Connect.Settings;
using Node.Controller;
using Node.Controller.Service;
using Node.Controller.Settings;
using Node.Controller.State;
using Node.Host;
using Node.Host.Logging;
using Node.Host.Settings;
using Node.Protocol.Push;
using Node.Push;
using Node.Rpc;
using Node.Rpc.Discovery;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>
/// The managers of a cluster beside the one node that there is, in its process: the controller, the push service, and the node's own service. Any
/// thread.
/// </summary>
/// <remarks>
/// Inside, nobody goes through a socket: the node reports to the controller, and the controller calls the node, by
/// <see cref="LocalCallInvoker"/>; pushes go straight into the hub. So tokens, certificates and ports are for callers from outside alone.
/// </remarks>
internal sealed class Managers : IControllerWay, IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1);

    private readonly NodeHost _node;
    private readonly NodeSettings _settings;
    private readonly ILogger _log;
    private readonly ulong _incarnation = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly CancellationTokenSource _stopped = new();
    private readonly RpcServer _nodeServer;
    private readonly Protocol.Connect.NodeService.NodeServiceClient _nodeClient;
    private readonly ControllerServer? _controller;
    private readonly Protocol.Controller.ControllerService.ControllerServiceClient? _controllerClient;
    private readonly NodeReporter? _reporter;
    private readonly RpcServer? _push;

    /// <param name="node">Of this process.</param>
    /// <param name="pushes">Into its hub.</param>
    public Managers(NodeHost node, HubPushes pushes)
    {
        (_node, _settings) = (node, node.Settings);
        _log = node.Loggers.CreateLogger("Node.Standalone");
        var service = new NodeService(node.Hub, null, Empty);
        _nodeClient = new Protocol.Connect.NodeService.NodeServiceClient(new LocalCallInvoker(service));
        _nodeServer = Server(_settings.Node.GrpcPort).MapGrpcService(service);
        if (_settings.Controller.Enabled)
        {
            _controller = new ControllerServer(
                ControllerSettingsOf(_settings), new NodeCalls(_ => _nodeClient), node.Loggers.CreateLogger("Node.Controller"), Log);
            _controllerClient = new(new LocalCallInvoker(_controller.Service));
            _reporter = new NodeReporter(node.Hub, _settings.Node.EffectiveId, _incarnation, this, node.Loggers.CreateLogger("Node.Connect"));
        }

        _push = _settings.Push.Enabled ? Server(_settings.Push.GrpcPort).MapGrpcService(new Push.PushService(new HubGateway(pushes), KickAsync)) : null;
    }

    /// <summary>How they are, for the console.</summary>
    public IEnumerable<PartHealth> Parts
    {
        get
        {
            string id = _settings.Node.EffectiveId;
            if (_controller is not null)
            {
                string problem = _reporter!.Problem ?? "";
                yield return new PartHealth(id, Roles.ControllerManager, problem.Length > 0 ? PartHealth.Away : PartHealth.Ok, problem);
                foreach (Controller.Stores.StoreLag lag in _controller.Lags)
                {
                    yield return new PartHealth(lag.Name, "store", lag.IsAvailable ? PartHealth.Ok : PartHealth.Away, lag.LastError);
                }
            }

            if (_push is not null)
            {
                yield return new PartHealth(id, Roles.PushManager, PartHealth.Ok);
            }
        }
    }

    /// <summary>Whether this process has managers: where etcd is, they are processes of their own.</summary>
    public static bool AreWanted(NodeSettings settings) => !settings.Etcd.IsUsed && (settings.Controller.Enabled || settings.Push.Enabled);

    /// <summary>Serves from here on. The node listens already.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync()
    {
        foreach (string warning in _settings.Rpc.Warnings(_settings.Node.Bind))
        {
            _log.SettingsWarning(warning);
        }

        await OpenAsync("node.grpc_port", "node gRPC", _nodeServer);
        if (_controller is not null)
        {
            Announce(MemberState.Ready);
            await _controller.StartAsync();
            _ = _controller.Leading.ContinueWith(
                failed => _log.ControllerEnded(failed.Exception!.InnerException!), CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await Task.WhenAny(_controller.Led, _controller.Leading);
            _reporter!.Start();
        }

        if (_push is not null)
        {
            await OpenAsync("push.grpc_port", "push gRPC", _push);
        }
    }

    /// <summary>What the controller has noted of a room; null: nothing, or it does not serve.</summary>
    public async Task<Protocol.Controller.RoomInfo?> NotesOfAsync(string room, CancellationToken cancellation)
    {
        if (_controllerClient is null)
        {
            return null;
        }

        try
        {
            var request = new Protocol.Controller.GetRoomInfoRequest { Room = room, MaxUsers = 1 };
            return await _controllerClient.GetRoomInfoAsync(request, cancellationToken: cancellation);
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.Unavailable)
        {
            return null;
        }
    }

    Protocol.Controller.ControllerService.ControllerServiceClient? IControllerWay.Leader() => _controllerClient;

    void IControllerWay.Failed(RpcException error)
    {
        // It is the only one, and tried again.
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        if (_reporter is not null)
        {
            await _reporter.DisposeAsync();
        }

        await EndAsync(_push);
        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }

        await EndAsync(_nodeServer);
        _stopped.Dispose();
    }

    private static ControllerSettings ControllerSettingsOf(NodeSettings settings) => new()
    {
        Controller = new ControllerSection
        {
            Id = settings.Node.EffectiveId, Bind = settings.Node.Bind, GrpcPort = settings.Controller.GrpcPort, Token = settings.Rpc.Token,
            CertFile = settings.Rpc.CertFile, KeyFile = settings.Rpc.KeyFile, AuthorityFile = settings.Rpc.AuthorityFile,
        },
        Etcd = new EtcdSection(),
        Redis = new RedisSection { Address = "none" },
        Database = new DatabaseSection
        {
            Kind = settings.Controller.Store == StoreKind.Sqlite ? DatabaseKind.Sqlite : DatabaseKind.None, File = settings.Controller.DbFile,
        },
    };

    private static async Task EndAsync(RpcServer? server)
    {
        if (server is not null)
        {
            using var deadline = new CancellationTokenSource(StopTime);
            await server.StopAsync(deadline.Token);
            await server.DisposeAsync();
        }
    }

    private RpcServer Server(int port) => new(_settings.Rpc.ServerOptions(_settings.Node.Bind, port), Log);

    private void Log(ILoggingBuilder logging) => logging.Services.AddSingleton(_node.Loggers);

    private async Task OpenAsync(string setting, string name, RpcServer server)
    {
        await Ports.OpenAsync(setting, () => server.StartAsync());
        _log.Listening(name, $"{_settings.Node.Bind}:{server.Port}");
    }

    private void Announce(MemberState state) => _controller?.Announce(new NodeAnnouncement(
        _settings.Node.EffectiveId, _incarnation, _settings.Rpc.AddressAt(_settings.Node.Bind, _nodeServer.Port),
        StandaloneWeb.ClientUrlOf(_node).AbsoluteUri, state.ToString().ToLowerInvariant(), NodeHost.Version));

    /// <summary>Says goodbye to everybody, as an operator asked for; new ones are still let in, there being no other node.</summary>
    private void Empty(int rate)
    {
        Announce(MemberState.Draining);
        _ = _node.Hub.EmptyAsync(rate > 0 ? rate : _settings.Cluster.DrainRate, _stopped.Token);
    }

    private async Task<uint> KickAsync(KickRequest request, CancellationToken cancellation) =>
        (await _nodeClient.KickAsync(request, cancellationToken: cancellation)).Connections;
}
