using System.Net;
using Microsoft.Extensions.Logging;
using Node.Controller.Leading;
using Node.Controller.Logging;
using Node.Controller.Service;
using Node.Controller.Settings;
using Node.Controller.Stores;
using Node.Host;
using Node.Host.Health;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Rpc;

namespace Node.Controller;

/// <summary>
/// A controller in this process: settings, logs, metrics, gRPC, stores and its turns of leading. As the process controller-manager, or as a part
/// of standalone. Any thread.
/// </summary>
public sealed class ControllerHost : IAsyncDisposable
{
    private readonly LoadedSettings<ControllerSettings> _loaded;
    private readonly SettingsWatcher<ControllerSettings> _watcher;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly PrometheusExporter _exporter;
    private readonly ProcessMetrics _processMetrics = new();
    private readonly IDisposable? _tracing;
    private readonly ControllerMeter _meter;
    private readonly HealthMeter _healthMeter;
    private readonly Seat _seat;
    private readonly NodeCalls _nodes;
    private readonly RpcServer _rpc;
    private readonly ILeadership _leadership;
    private readonly IReadOnlyList<IMembershipStore> _stores;
    private readonly CancellationTokenSource _stop = new();
    private MetricsEndpoint? _metrics;
    private Task _leading = Task.CompletedTask;

    private ControllerHost(SettingsLoader<ControllerSettings> loader)
    {
        _loaded = loader.Load();
        ControllerSettings settings = _loaded.Settings;
        LogLevelSwitch level = new(settings.Log.Level);
        _loggers = NodeLogging.CreateFactory(settings.Log.Format, level);
        _log = _loggers.CreateLogger("Node.Controller");
        _watcher = new SettingsWatcher<ControllerSettings>(loader, _loaded, _log);
        _watcher.Changed += change => level.Level = change.New.Log.Level;
        _exporter = new PrometheusExporter(_log);
        _tracing = Tracing.Start(settings.Tracing, Rpc.Discovery.Roles.ControllerManager, settings.Controller.EffectiveId);
        _seat = new Seat(settings.Controller.EffectiveId);
        _meter = new ControllerMeter(_seat);
        _stores = StoreList.Create(settings, _log);
        _leadership = LeadershipOf(settings.Etcd);
        _healthMeter = new HealthMeter(Health);
        _nodes = new NodeCalls(new GrpcChannelOptions { Token = TokenOf(settings), Tls = TlsOf(settings.Controller) });
        _rpc = new RpcServer(OptionsOf(settings), logging => logging.AddNodeConsole(settings.Log.Format, level));
        _rpc.MapGrpcService(new ControllerService(_seat, _nodes, _log));
    }

    /// <summary>The port of gRPC, once it is started.</summary>
    public int Port => _rpc.Port;

    /// <summary>Where metrics and health are, once it is started.</summary>
    public Uri? MetricsAddress => _metrics?.Address;

    /// <exception cref="SettingsException">Something in the settings is wrong; it names everything that is.</exception>
    public static ControllerHost Create(SettingsLoader<ControllerSettings> loader) => new(loader);

    /// <summary>Serves from here on; leads when it is its turn.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync()
    {
        ControllerSettings settings = _loaded.Settings;
        _log.Starting(_seat.Id, HostProcess.Version, Environment.ProcessId);
        foreach (string warning in _loaded.Warnings)
        {
            _log.SettingsWarning(warning);
        }

        await Ports.OpenAsync("controller.grpc_port", () => _rpc.StartAsync()).ConfigureAwait(false);
        await Ports.OpenAsync("metrics.port", async () => _metrics = await MetricsEndpoint.StartAsync(
            new IPEndPoint(settings.Controller.Bind, settings.Metrics.Port), _exporter, _loggers, Health).ConfigureAwait(false)).ConfigureAwait(false);
        _watcher.Start();
        _log.Listening("gRPC", $"{settings.Controller.Bind}:{Port}");
        _log.Listening("metrics", $"{_metrics!.Address}metrics");
        Leader leader = new(_seat, _leadership, _stores, OptionsOf(settings.Controller, settings.Writing), TimeProvider.System, _log);
        _leading = Task.Run(() => leader.RunAsync(settings.Controller.AddressAt(Port), _stop.Token));
    }

    /// <summary>Starts, and runs until the process is told to stop, or leading fails for good.</summary>
    public async Task RunAsync()
    {
        using var stop = new StopSignal();
        await StartAsync().ConfigureAwait(false);
        Task first = await Task.WhenAny(stop.Told, _leading).ConfigureAwait(false);
        await StopAsync(first == stop.Told ? await stop.Told.ConfigureAwait(false) : "a failure").ConfigureAwait(false);
    }

    /// <summary>Gives the seat back, ends streams, and writes what waits.</summary>
    public async Task StopAsync(string reason)
    {
        _log.Stopping(reason);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _leading.ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(_loaded.Settings.Controller.ShutdownTimeout);
        await _rpc.StopAsync(deadline.Token).ConfigureAwait(false);
        _log.Stopped();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watcher.Dispose();
        await _rpc.DisposeAsync().ConfigureAwait(false);
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        foreach (IMembershipStore store in _stores)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }

        await _leadership.DisposeAsync().ConfigureAwait(false);
        _nodes.Dispose();
        _meter.Dispose();
        _healthMeter.Dispose();
        _processMetrics.Dispose();
        _tracing?.Dispose();
        _exporter.Dispose();
        _loggers.Dispose();
        _stop.Dispose();
    }

    private ILeadership LeadershipOf(EtcdSection etcd) => etcd.IsUsed
        ? new EtcdLeadership(_seat, etcd.ToOptions(), etcd.Ttl, _log)
        : new SoleLeadership(_seat, TimeProvider.System);

    private static string? TokenOf(ControllerSettings settings) => settings.Controller.Token.Length > 0 ? settings.Controller.Token : null;

    private static RpcTls? TlsOf(ControllerSection controller) => controller.CertFile.Length == 0 ? null : new RpcTls
    {
        CertificateFile = controller.CertFile,
        KeyFile = controller.KeyFile.Length > 0 ? controller.KeyFile : null,
        AuthorityFile = controller.AuthorityFile.Length > 0 ? controller.AuthorityFile : null,
    };

    private static RpcServerOptions OptionsOf(ControllerSettings settings) => new()
    {
        Port = settings.Controller.GrpcPort,
        BindAddress = settings.Controller.Bind.ToString(),
        Token = TokenOf(settings),
        Tls = TlsOf(settings.Controller),
    };

    private static TermOptions OptionsOf(ControllerSection controller, WritingSection writing) => new()
    {
        Grace = controller.Grace,
        FlushTime = controller.ShutdownTimeout,
        Writing = new WriteBehindOptions { MaxWaiting = writing.MaxWaiting, BatchSize = writing.BatchSize, Gather = writing.Gather },
    };

    /// <summary>Ready: it answers queries, or knows who does. A store or etcd that is away is named, and no reason not to be.</summary>
    private HealthReport Health()
    {
        Term? term = _seat.Term;
        Dictionary<string, string> away = (term?.Lags ?? []).Where(lag => !lag.IsAvailable).ToDictionary(lag => lag.Name, lag => lag.LastError);
        if (_leadership.Problem is { } problem)
        {
            away["etcd"] = problem;
        }

        bool follows = !_seat.IsLeader && _seat.Leader.Length > 0;
        return new HealthReport(term is not null || follows, term is not null ? "leader" : "follower", away);
    }
}
