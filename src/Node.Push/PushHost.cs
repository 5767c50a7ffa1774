using System.Net;
using Microsoft.Extensions.Logging;
using Node.Host;
using Node.Host.Cluster;
using Node.Host.Health;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Push.Logging;
using Node.Push.Settings;
using Node.Rpc.Discovery;

namespace Node.Push;

/// <summary>The process push-manager: settings, logs, metrics, a place in the registry, and the manager itself. Any thread.</summary>
public sealed class PushHost : IAsyncDisposable
{
    private readonly LoadedSettings<PushSettings> _loaded;
    private readonly SettingsWatcher<PushSettings> _watcher;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly PrometheusExporter _exporter;
    private readonly ProcessMetrics _processMetrics = new();
    private readonly IDisposable? _tracing;
    private readonly PushManager _manager;
    private readonly PushMeter _meter;
    private readonly HealthMeter _healthMeter;
    private readonly ClusterMember _member;
    private readonly long _incarnation = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private MetricsEndpoint? _metrics;

    private PushHost(SettingsLoader<PushSettings> loader)
    {
        _loaded = loader.Load();
        PushSettings settings = _loaded.Settings;
        LogLevelSwitch level = new(settings.Log.Level);
        _loggers = NodeLogging.CreateFactory(settings.Log.Format, level);
        _log = _loggers.CreateLogger("Node.Push");
        _watcher = new SettingsWatcher<PushSettings>(loader, _loaded, _log);
        _watcher.Changed += change => level.Level = change.New.Log.Level;
        _exporter = new PrometheusExporter(_log);
        _tracing = Tracing.Start(settings.Tracing, Roles.PushManager, settings.Push.EffectiveId);
        _manager = new PushManager(
            settings.Push.EffectiveId, (ulong)_incarnation, settings.Rpc.ServerOptions(settings.Push.Bind, settings.Push.GrpcPort),
            settings.Rpc.ChannelOptions(), _log);
        _meter = new PushMeter(_manager.Router);
        _member = new ClusterMember(settings.Etcd, _log);
        _member.Changed += Take;
        _healthMeter = new HealthMeter(Health);
    }

    /// <exception cref="SettingsException">Something in the settings is wrong; it names everything that is.</exception>
    public static PushHost Create(SettingsLoader<PushSettings> loader) => new(loader);

    /// <summary>Starts, and runs until the process is told to stop, or a later start has taken its place.</summary>
    /// <exception cref="IOException">A port is taken, or its place in the registry is.</exception>
    public async Task RunAsync()
    {
        using var stop = new StopSignal();
        await StartAsync().ConfigureAwait(false);
        Task first = await Task.WhenAny(stop.Told, _member.Superseded).ConfigureAwait(false);
        await StopAsync(first == stop.Told ? await stop.Told.ConfigureAwait(false) : "a later start with its id").ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        await _member.DisposeAsync().ConfigureAwait(false);
        await _manager.DisposeAsync().ConfigureAwait(false);
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        _meter.Dispose();
        _healthMeter.Dispose();
        _processMetrics.Dispose();
        _tracing?.Dispose();
        _exporter.Dispose();
        _loggers.Dispose();
    }

    private async Task StartAsync()
    {
        PushSettings settings = _loaded.Settings;
        _log.Starting(_manager.Id, HostProcess.Version, Environment.ProcessId);
        foreach (string warning in _loaded.Warnings)
        {
            _log.SettingsWarning(warning);
        }

        await Ports.OpenAsync("push.grpc_port", () => _manager.StartAsync()).ConfigureAwait(false);
        await Ports.OpenAsync("metrics.port", async () => _metrics = await MetricsEndpoint.StartAsync(
            new IPEndPoint(settings.Push.Bind, settings.Metrics.Port), _exporter, _loggers, Health).ConfigureAwait(false)).ConfigureAwait(false);
        _member.Watch();
        _member.Register(new Member
        {
            Id = _manager.Id,
            Role = Roles.PushManager,
            Incarnation = _incarnation,
            Grpc = settings.Rpc.AddressAt(settings.Push.Bind, _manager.Port),
            Metrics = _metrics!.Address.Authority,
            State = MemberState.Ready,
            Version = HostProcess.Version,
        });
        _watcher.Start();
        _log.Listening("gRPC", $"{settings.Push.Bind}:{_manager.Port}");
        _log.Listening("metrics", $"{_metrics.Address}metrics");
    }

    /// <summary>Out of the registry first: the others take over its targets while its calls end.</summary>
    private async Task StopAsync(string reason)
    {
        _log.Stopping(reason);
        await _member.LeaveAsync().ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(_loaded.Settings.Push.ShutdownTimeout);
        await _manager.StopAsync(deadline.Token).ConfigureAwait(false);
        _log.Stopped();
    }

    private void Take(RegistrySnapshot snapshot)
    {
        IReadOnlyList<Member> nodes = snapshot[Roles.ConnectNode].Members;
        IReadOnlyList<Member> managers = snapshot[Roles.PushManager].Members;
        _ = _manager.ApplyAsync(
            [.. nodes.Where(node => node.Grpc is not null).Select(node => (node.Id, node.Grpc!))],
            [.. managers.Where(manager => manager.Grpc is not null).Select(manager => (manager.Id, (ulong)manager.Incarnation, manager.Grpc!))]);
    }

    /// <summary>Ready: it knows the cluster. Whether etcd is there now, is another matter.</summary>
    private HealthReport Health()
    {
        Dictionary<string, string> away = [];
        if (_member.Problem is { } problem)
        {
            away["etcd"] = problem;
        }

        int registered = _member.Current[Roles.ConnectNode].Members.Count;
        int attached = _manager.Router.Router.NodeCount;
        if (attached < registered)
        {
            away["connect-node"] = $"{registered - attached} of {registered} not attached";
        }

        return new HealthReport(_member.Current.Number > 0, "", away);
    }
}
