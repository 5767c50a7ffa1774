using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Node.Host;
using Node.Host.Cluster;
using Node.Host.Logging;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Rpc.Discovery;
using Node.Web.Managers;
using Node.Web.Settings;

namespace Node.Web;

/// <summary>The process web-server, over the managers of a cluster; its exit codes are those of <see cref="HostProcess"/>.</summary>
public static class WebProcess
{
    public static Task<int> RunAsync(string[] args)
    {
        var line = new CommandLine(args, "web.yaml", "src/Node.Web/settings.md");
        return HostProcess.RunAsync<WebSettings>(line, async () =>
        {
            SettingsLoader<WebSettings> loader = line.Loader<WebSettings>();
            await ServeAsync(loader, loader.Load());
        });
    }

    private static async Task ServeAsync(SettingsLoader<WebSettings> loader, LoadedSettings<WebSettings> loaded)
    {
        using var stop = new StopSignal();
        WebSettings settings = loaded.Settings;
        var level = new LogLevelSwitch(settings.Log.Level);
        using ILoggerFactory loggers = NodeLogging.CreateFactory(settings.Log.Format, level);
        ILogger log = loggers.CreateLogger("Node.Web");
        using var exporter = new PrometheusExporter(log);
        using var process = new ProcessMetrics();
        WebOptions options = WebOptionsMap.Map(settings.Web, settings.Web.Bind);
        using var managers = new ManagerConnections(settings.Managers, options.ApiTimeout, TimeProvider.System);
        await using ClusterMember? member = settings.Etcd.IsUsed ? new ClusterMember(settings.Etcd, log) : null;
        if (member is not null)
        {
            member.Changed += managers.Apply;
            member.Watch();
        }

        await using WebServer server = WebOptionsMap.Create(options, new WebParts
        {
            ControlPlane = managers.ControlPlane,
            Nodes = member is null ? new ControllerNodes(managers.ControlPlane, TimeProvider.System) : new RegistryNodes(member),
            Metrics = MetricsEndpoint.Handler(exporter),
            Logging = logging => logging.Services.AddSingleton(loggers),
        });
        using var watcher = new SettingsWatcher<WebSettings>(loader, loaded, log);
        watcher.Changed += change =>
        {
            server.Apply(WebOptionsMap.Map(change.New.Web, change.New.Web.Bind));
            level.Level = change.New.Log.Level;
        };

        await Ports.OpenAsync("web.port", () => server.StartAsync());
        member?.Register(MemberOf(settings, server.Port));
        using IDisposable? tracing = Tracing.Start(
            settings.Tracing, Roles.WebServer, RpcSection.HostAndPort(settings.Web.Bind, server.Port));
        watcher.Start();
        string site = $"http://{settings.Web.Bind}:{server.Port}";
        log.Listening("chat", $"{site}/chat.html");
        log.Listening("console", $"{site}/console.html");
        await stop.Told;
        await server.StopAsync();
    }

    private static Member MemberOf(WebSettings settings, int port)
    {
        string address = RpcSection.HostAndPort(settings.Web.Bind, port);
        return new Member
        {
            // Several may run on a machine, and nobody asks for one by name.
            Id = address, Role = Roles.WebServer, Incarnation = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), ClientUrl = $"http://{address}/",
            Metrics = address, State = MemberState.Ready, Version = HostProcess.Version,
        };
    }
}
