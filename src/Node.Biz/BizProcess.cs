using Node.Biz.Settings;
using Node.Host;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;

namespace Node.Biz;

/// <summary>The process biz-server; its exit codes are those of <see cref="HostProcess"/>.</summary>
public static class BizProcess
{
    public static Task<int> RunAsync(string[] args)
    {
        var line = new CommandLine(args, "biz.yaml", "src/Node.Biz/settings.md");
        return HostProcess.RunAsync<BizSettings>(line, async () => await ServeAsync(line.Loader<BizSettings>().Load().Settings));
    }

    private static async Task ServeAsync(BizSettings settings)
    {
        using var stop = new StopSignal();
        using ILoggerFactory loggers = NodeLogging.CreateFactory(settings.Log.Format, new LogLevelSwitch(settings.Log.Level));
        ILogger log = loggers.CreateLogger("Node.Biz");
        using var exporter = new PrometheusExporter(log);
        using var process = new ProcessMetrics();
        using IDisposable? tracing = Tracing.Start(settings.Tracing, "biz-server", Environment.MachineName);
        await using var server = new BizServer(settings, exporter, loggers);
        await Ports.OpenAsync("biz.port", server.StartAsync);
        log.Listening("upstream", $"http://{settings.Biz.Bind}:{server.Port}/upstream");
        await stop.Told;
    }
}
