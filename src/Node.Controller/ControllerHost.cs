using System.Net;
using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.Service;
using Node.Controller.Settings;
using Node.Host;
using Node.Host.Health;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Rpc;

namespace Node.Controller;

/// <summary>
/// The process controller-manager: settings, logs, metrics, and the controller itself. Any thread.
/// </summary>
public sealed class ControllerHost : IAsyncDisposable
{
    private readonly LoadedSettings<ControllerSettings> _loaded;
    private readonly SettingsWatcher<ControllerSettings> _watcher;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly PrometheusExporter _exporter;
    private readonly ProcessMetrics _processMetrics = new();
    private readonly IdleTrim _trim = new();
    private readonly IDisposable? _tracing;
    private readonly NodeChannels _nodes;
    private readonly ControllerServer _controller;
    private readonly HealthMeter _healthMeter;
    private MetricsEndpoint? _metrics;

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
        _nodes = new NodeChannels(new GrpcChannelOptions
        {
            Token = settings.Controller.Token.Length > 0 ? settings.Controller.Token : null, Tls = settings.Controller.Tls,
        });
        _controller = new ControllerServer(
            settings, new NodeCalls(_nodes.ClientTo), _log, logging => logging.AddNodeConsole(settings.Log.Format, level));
        _healthMeter = new HealthMeter(_controller.Health);
    }

    /// <summary>The port of gRPC, once it is started.</summary>
    public int Port => _controller.Port;

    /// <summary>Where metrics and health are, once it is started.</summary>
    public Uri? MetricsAddress => _metrics?.Address;

    /// <exception cref="SettingsException">Something in the settings is wrong; it names everything that is.</exception>
    public static ControllerHost Create(SettingsLoader<ControllerSettings> loader) => new(loader);

    /// <summary>Serves from here on; leads when it is its turn.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync()
    {
        ControllerSettings settings = _loaded.Settings;
        _log.Starting(_controller.Id, HostProcess.Version, Environment.ProcessId);
        foreach (string warning in _loaded.Warnings)
        {
            _log.SettingsWarning(warning);
        }

        await Ports.OpenAsync("metrics.port", async () => _metrics = await MetricsEndpoint.StartAsync(
            new IPEndPoint(settings.Controller.Bind, settings.Metrics.Port), _exporter, _loggers, _controller.Health).ConfigureAwait(false)).ConfigureAwait(false);
        await _controller.StartAsync().ConfigureAwait(false);
        _watcher.Start();
        _log.Listening("metrics", $"{_metrics!.Address}metrics");
    }

    /// <summary>Starts, and runs until the process is told to stop, or leading fails for good.</summary>
    public async Task RunAsync()
    {
        using var stop = new StopSignal();
        await StartAsync().ConfigureAwait(false);
        Task first = await Task.WhenAny(stop.Told, _controller.Leading).ConfigureAwait(false);
        await StopAsync(first == stop.Told ? await stop.Told.ConfigureAwait(false) : "a failure").ConfigureAwait(false);
    }

    /// <summary>Gives the seat back, ends streams, and writes what waits.</summary>
    public async Task StopAsync(string reason)
    {
        _log.Stopping(reason);
        await _controller.StopAsync().ConfigureAwait(false);
        _log.Stopped();
    }

    public async ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        await _controller.DisposeAsync().ConfigureAwait(false);
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }

        _nodes.Dispose();
        _healthMeter.Dispose();
        _trim.Dispose();
        _processMetrics.Dispose();
        _tracing?.Dispose();
        _exporter.Dispose();
        _loggers.Dispose();
    }
}
