using Microsoft.Extensions.Logging;
using Node.Connect;
using Node.Host;
using Node.Host.Logging;
using Node.Web;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>What standalone has beside the node: the managers, and the web server over the hub. Any thread.</summary>
/// <param name="node">Outlives it.</param>
public sealed class StandaloneHost(NodeHost node) : IAsyncDisposable
{
    private readonly ILogger _log = node.Loggers.CreateLogger("Node.Standalone");
    private Managers? _managers;

    /// <summary>Null before the start.</summary>
    public WebServer? Web { get; private set; }

    private IEnumerable<PartHealth> Parts => _managers?.Parts ?? [];

    /// <summary>Serves from here on. The node listens already.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    /// <exception cref="Host.Settings.SettingsException">The settings would open the API to everybody, or have a key that is no good.</exception>
    public async Task StartAsync()
    {
        var pushes = new HubPushes(node.Hub, TimeProvider.System);
        Web = StandaloneWeb.Create(node, pushes, () => Parts, NotesOfAsync);
        node.SettingsChanged += settings => Web.Apply(StandaloneWeb.OptionsOf(settings, node.EndPoint.Port));
        if (Managers.AreWanted(node.Settings))
        {
            _managers = new Managers(node, pushes);
            await _managers.StartAsync();
        }
        else if (node.Settings.Etcd.IsUsed)
        {
            _log.ManagersElsewhere();
        }

        await Ports.OpenAsync("web.port", () => Web.StartAsync());
        string site = $"http://{node.Settings.Node.Bind}:{Web.Port}";
        _log.Listening("chat", $"{site}/chat.html");
        _log.Listening("console", $"{site}/console.html");
    }

    private Task<Protocol.Controller.RoomInfo?> NotesOfAsync(string room, CancellationToken cancellation) =>
        _managers?.NotesOfAsync(room, cancellation) ?? Task.FromResult<Protocol.Controller.RoomInfo?>(null);

    public async ValueTask DisposeAsync()
    {
        if (Web is not null)
        {
            await Web.DisposeAsync();
        }

        if (_managers is not null)
        {
            await _managers.DisposeAsync();
        }
    }
}
