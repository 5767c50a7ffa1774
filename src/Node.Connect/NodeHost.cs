using System.ComponentModel;
using System.Net;
using Microsoft.Extensions.Logging;
using Node.Connect.Cluster;
using Node.Connect.Logging;
using Node.Connect.Machine;
using Node.Connect.Settings;
using Node.Connect.Upstream;
using Node.Host;
using Node.Host.Health;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Hub;
using Node.Rpc.Discovery;
using Node.Transport;

namespace Node.Connect;

/// <summary>
/// A node in this process: settings, logs, metrics, event loops and the hub on them. As the process connect-node, as a part of
/// standalone, or in a program of your own. Any thread.
/// </summary>
public sealed class NodeHost : IAsyncDisposable
{
    // What telling etcd may take at a stop.
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    // Of the advice to somebody who has set no limit.
    private const int UsualConnections = 1_000_000;

    private readonly LoadedSettings<NodeSettings> _loaded;
    private readonly MachineLimits _machine = MachineLimits.Read();
    private readonly SettingsWatcher<NodeSettings> _watcher;
    private readonly LogLevelSwitch _level;
    private readonly ILogger _log;
    private readonly TransportServer _transport;
    private readonly PrometheusExporter _exporter;
    private readonly ProcessMetrics _processMetrics = new();
    private readonly IDisposable? _tracing;
    private readonly HealthMeter _healthMeter;
    private readonly TlsMeter _tlsMeter;
    private readonly IdleTrim _trim = new();
    private readonly NodeCluster _cluster;
    private readonly Forwarder? _upstream;
    private MetricsEndpoint? _metrics;
    private bool _stopped;

    private NodeHost(SettingsLoader<NodeSettings> loader, LoadedSettings<NodeSettings> loaded)
    {
        _loaded = loaded;
        NodeSettings settings = loaded.Settings;
        _level = new LogLevelSwitch(settings.Log.Level);
        Loggers = NodeLogging.CreateFactory(settings.Log.Format, _level);
        _log = Loggers.CreateLogger("Node.Connect");
        _watcher = new SettingsWatcher<NodeSettings>(loader, loaded, _log);
        _watcher.Changed += Reload;
        _exporter = new PrometheusExporter(_log);
        _tracing = Tracing.Start(settings.Tracing, Roles.ConnectNode, settings.Node.EffectiveId);
        Hub = new Hub.Hub(HubOptionsMap.Map(settings, _machine), (exception, where) => _log.HandlerFailed(where, exception));
        _cluster = new NodeCluster(Hub, settings, _log);
        Hub.Authenticated += named => LogConnection(named, NodeLog.ConnectionNamed);
        Hub.Disconnected += gone => LogConnection(gone, NodeLog.ConnectionGone);
        _upstream = Forwarder.Join(Hub, settings.Upstream, _log);
        _transport = new TransportServer(TransportOptionsOf(settings), Hub.Accept);
        (_healthMeter, _tlsMeter) = (new HealthMeter(Health), new TlsMeter(_transport.Tls));
        foreach (EventLoop loop in _transport.Loops)
        {
            loop.Fault = exception => _log.ConnectionFailed(loop.Index, exception);
        }
    }

    /// <summary>Of this build.</summary>
    public static string Version => HostProcess.Version;

    public NodeSettings Settings => _watcher.Current;

    public ILoggerFactory Loggers { get; }

    /// <summary>Hot settings changed; the node itself has taken them already. On a thread of the pool.</summary>
    public event Action<NodeSettings>? SettingsChanged;

    /// <summary>What the node does; <see cref="Map"/> and the events below lead there too.</summary>
    public Hub.Hub Hub { get; }

    public PrometheusExporter Metrics => _exporter;

    /// <summary>Where the WebSockets are, once it is started.</summary>
    public IPEndPoint EndPoint => _transport.LocalEndPoint;

    /// <summary>Where metrics are, once it is started.</summary>
    public Uri? MetricsAddress => _metrics?.Address;

    /// <summary>A node from a settings file (<c>--settings FILE</c>, else <c>node.yaml</c> where there is one) and the environment.</summary>
    /// <exception cref="SettingsException">Something in them is wrong; it names everything that is.</exception>
    public static NodeHost Create(params string[] args)
    {
        SettingsLoader<NodeSettings> loader = NodeProcess.LineOf(args).Loader<NodeSettings>();
        return new NodeHost(loader, loader.Load());
    }

    /// <summary>A node from YAML text, for programs and tests that bring their settings along; the environment is left out.</summary>
    /// <inheritdoc cref="Create"/>
    public static NodeHost FromYaml(string yaml)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            LoadedSettings<NodeSettings> loaded = new SettingsLoader<NodeSettings>(file, _ => null).Load();
            return new NodeHost(new SettingsLoader<NodeSettings>(null, _ => null), loaded);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc cref="Node.Hub.Hub.Map"/>
    public void Map(string messageId, RequestHandler handler) => Hub.Map(messageId, handler);

    /// <inheritdoc cref="Node.Hub.Hub.MapAsync"/>
    public void MapAsync(string messageId, Func<AsyncRequest, Task> handler) => Hub.MapAsync(messageId, handler);

    /// <summary>Listens from here on.</summary>
    /// <exception cref="IOException">A port is taken, or a certificate cannot be used.</exception>
    public async Task StartAsync()
    {
        NodeSettings settings = _loaded.Settings;
        _log.Starting(
            settings.Node.EffectiveId, Version, _transport.Loops.Count, settings.Node.Transport.ToString(),
            Environment.ProcessId);
        _log.SendPath(_transport.SendPath);
        foreach (string warning in _loaded.Warnings)
        {
            _log.SettingsWarning(warning);
        }

        int connections = settings.Node.MaxConnections > 0 ? settings.Node.MaxConnections : UsualConnections;
        foreach (string limit in MachineCheck.Warnings(settings.Node, _machine))
        {
            _log.MachineTooSmall(limit, connections);
        }

        // Not before: until here the application may map its handlers.
        Hub.Start(_transport.Loops);
        await _cluster.StartAsync().ConfigureAwait(false);

        await Ports.OpenAsync("metrics.port", async () => _metrics = await MetricsEndpoint.StartAsync(
            new IPEndPoint(settings.Node.Bind, settings.Metrics.Port), _exporter, Loggers, Health).ConfigureAwait(false)).ConfigureAwait(false);
        await Ports.OpenAsync("node.http_port", () =>
        {
            _transport.Start();
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        _cluster.Register(EndPoint, MetricsAddress!);
        _watcher.Start();
        _log.Listening("WebSocket", $"{(settings.Tls.Enabled ? "wss" : "ws")}://{EndPoint}/ws");
        _log.Listening("metrics", $"{MetricsAddress}metrics");
    }

    /// <summary>
    /// Stops to accept, says goodbye to every connection (3000) and waits for them, at most as long as
    /// <c>node.shutdown_timeout</c> says.
    /// </summary>
    public async Task StopAsync(string reason)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _log.Stopping(reason, Hub.SessionCount, Settings.Node.ShutdownTimeout);
        // First nobody is sent here any more; then the door is closed.
        await _cluster.DrainAsync(GoodbyeTime).ConfigureAwait(false);
        _transport.StopAccepting();
        await Hub.DrainAsync(Settings.Node.ShutdownTimeout).ConfigureAwait(false);
        await _cluster.LeaveAsync().ConfigureAwait(false);
        _log.Stopped(Hub.SessionCount);
    }

    /// <summary>Starts, and runs until the process is told to stop (SIGINT, SIGTERM).</summary>
    /// <param name="started">Runs once the node listens: what else the process has to offer.</param>
    public async Task RunAsync(Func<Task>? started = null)
    {
        using var stop = new StopSignal();
        await StartAsync().ConfigureAwait(false);
        if (started is not null)
        {
            await started().ConfigureAwait(false);
        }

        if (await Task.WhenAny(stop.Told, _cluster.Superseded).ConfigureAwait(false) == _cluster.Superseded)
        {
            _log.Superseded(Settings.Node.EffectiveId);
            await StopAsync("a later start with its name").ConfigureAwait(false);
            return;
        }

        await StopAsync(await stop.Told.ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        _trim.Dispose();
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        await _cluster.DisposeAsync().ConfigureAwait(false);

        if (_upstream is not null)
        {
            await _upstream.DisposeAsync().ConfigureAwait(false);
        }

        _transport.Dispose();
        Hub.Dispose();
        _healthMeter.Dispose();
        _tlsMeter.Dispose();
        _processMetrics.Dispose();
        _tracing?.Dispose();
        _exporter.Dispose();
        Loggers.Dispose();
    }

    /// <summary>Ready: new connections are welcome. What is away is named, and no reason not to be.</summary>
    private HealthReport Health()
    {
        Dictionary<string, string> away = _cluster.Away;
        if (_upstream?.Problem is { } problem)
        {
            away["upstream"] = problem;
        }

        return new HealthReport(!Hub.IsDraining, "", away);
    }

    private TransportOptions TransportOptionsOf(NodeSettings settings) => new()
    {
        Kind = Enum.Parse<Transport.TransportKind>(settings.Node.Transport.ToString()),
        Loops = settings.Node.Loops,
        BusyPoll = TimeSpan.FromMicroseconds(settings.Node.BusyPoll),
        PinLoops = settings.Node.PinLoops,
        EndPoint = new IPEndPoint(settings.Node.Bind, settings.Node.HttpPort),
        Listener = new ListenerOptions(settings.Node.Backlog) { Pressure = AcceptPressure },
        Tls = HubOptionsMap.Tls(settings, _log.CertificateReloaded, _log.CertificateRefused),
    };

    private void LogConnection(in HubEvent happened, Action<ILogger, ulong, string> log)
    {
        // The name is made only for a log that wants it.
        if (_log.IsEnabled(LogLevel.Debug))
        {
            log(_log, happened.Channel.Generation, happened.User);
        }
    }

    private void AcceptPressure(int errno)
    {
        if (errno == 0)
        {
            _log.AcceptResumed();
        }
        else
        {
            _log.AcceptPaused(new Win32Exception(errno).Message);
        }
    }

    private void Reload(SettingsChange<NodeSettings> change)
    {
        // First what can be refused (a key file): then nothing of the change is taken.
        HubOptions options = HubOptionsMap.Map(change.New, _machine);
        Hub.Apply(options);
        _cluster.Apply(change.New);
        _upstream?.Apply(change.New.Upstream);
        _level.Level = change.New.Log.Level;
        SettingsChanged?.Invoke(change.New);
    }
}
