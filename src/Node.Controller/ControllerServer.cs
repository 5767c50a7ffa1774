using Microsoft.Extensions.Logging;
using Node.Controller.Leading;
using Node.Controller.Service;
using Node.Controller.Settings;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Host;
using Node.Host.Health;
using Node.Host.Logging;
using Node.Host.Settings;
using Node.Rpc;

namespace Node.Controller;

/// <summary>
/// The controller itself: gRPC, stores and its turns of leading. In the process controller-manager, which gives it settings, logs and metrics, and
/// in standalone. Any thread.
/// </summary>
internal sealed class ControllerServer : IAsyncDisposable
{
    private readonly ControllerSettings _settings;
    private readonly ILogger _log;
    private readonly Seat _seat;
    private readonly ControllerMeter _meter;
    private readonly RpcServer _rpc;
    private readonly ILeadership _leadership;
    private readonly IReadOnlyList<IMembershipStore> _stores;
    private readonly CancellationTokenSource _stop = new();

    /// <param name="settings">Without violations.</param>
    /// <param name="nodes">The way to nodes; disposed by its owner.</param>
    /// <param name="log">Takes the events of <see cref="Logging.ControllerLog"/>.</param>
    /// <param name="logging">Where the gRPC server logs; nowhere when null.</param>
    public ControllerServer(ControllerSettings settings, NodeCalls nodes, ILogger log, Action<ILoggingBuilder>? logging)
    {
        (_settings, _log) = (settings, log);
        _seat = new Seat(settings.Controller.EffectiveId);
        _meter = new ControllerMeter(_seat);
        _stores = StoreList.Create(settings, log);
        _leadership = settings.Etcd.IsUsed
            ? new EtcdLeadership(_seat, settings.Etcd.ToOptions(), settings.Etcd.Ttl, log)
            : new SoleLeadership(_seat, TimeProvider.System);
        Service = new ControllerService(_seat, nodes, log);
        _rpc = new RpcServer(OptionsOf(settings.Controller), logging).MapGrpcService(Service);
    }

    /// <summary>What is served, for callers in this process.</summary>
    public ControllerService Service { get; }

    public string Id => _seat.Id;

    /// <summary>The port of gRPC, once it is started.</summary>
    public int Port => _rpc.Port;

    /// <summary>Ends when it is stopped; fails when it cannot lead for good.</summary>
    public Task Leading { get; private set; } = Task.CompletedTask;

    /// <summary>Done when it leads, with what the stores remember, for the first time.</summary>
    public Task Led => _seat.Taken;

    /// <summary>How far the stores are behind; empty while it does not lead.</summary>
    public IEnumerable<StoreLag> Lags => _seat.Term?.Lags ?? [];

    /// <summary>Serves from here on; leads when it is its turn.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync()
    {
        await Ports.OpenAsync("controller.grpc_port", () => _rpc.StartAsync()).ConfigureAwait(false);
        _log.Listening("gRPC", $"{_settings.Controller.Bind}:{Port}");
        Leader leader = new(_seat, _leadership, _stores, OptionsOf(_settings.Controller, _settings.Writing), TimeProvider.System, _log);
        Leading = Task.Run(() => leader.RunAsync(_settings.Controller.AddressAt(Port), _stop.Token));
    }

    /// <summary>Says which nodes there are, where no etcd does: their addresses, and that others are gone.</summary>
    public void Announce(params IReadOnlyList<NodeAnnouncement> nodes) => (_leadership as SoleLeadership)?.Announce(nodes);

    /// <summary>Gives the seat back, ends streams, and writes what waits.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Leading.ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(_settings.Controller.ShutdownTimeout);
        await _rpc.StopAsync(deadline.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _rpc.DisposeAsync().ConfigureAwait(false);
        foreach (IMembershipStore store in _stores)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }

        await _leadership.DisposeAsync().ConfigureAwait(false);
        _meter.Dispose();
        _stop.Dispose();
    }

    /// <summary>Ready: it answers queries, or knows who does. A store or etcd that is away is named, and no reason not to be.</summary>
    public HealthReport Health()
    {
        Dictionary<string, string> away = Lags.Where(lag => !lag.IsAvailable).ToDictionary(lag => lag.Name, lag => lag.LastError);
        if (_leadership.Problem is { } problem)
        {
            away["etcd"] = problem;
        }

        bool leads = _seat.Term is not null;
        bool follows = !_seat.IsLeader && _seat.Leader.Length > 0;
        return new HealthReport(leads || follows, leads ? "leader" : "follower", away);
    }

    private static RpcServerOptions OptionsOf(ControllerSection controller) => new()
    {
        Port = controller.GrpcPort,
        BindAddress = controller.Bind.ToString(),
        Token = controller.Token.Length > 0 ? controller.Token : null,
        Tls = controller.Tls,
    };

    private static TermOptions OptionsOf(ControllerSection controller, WritingSection writing) => new()
    {
        Grace = controller.Grace,
        FlushTime = controller.ShutdownTimeout,
        Writing = new WriteBehindOptions { MaxWaiting = writing.MaxWaiting, BatchSize = writing.BatchSize, Gather = writing.Gather },
    };
}
