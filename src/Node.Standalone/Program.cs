using Microsoft.Extensions.Logging;
using Node.Connect;
using Node.Connect.Settings;
using Node.Host;
using Node.Host.Logging;
using Node.Standalone;
using Node.Web;

WebServer? web = null;
try
{
    return await NodeProcess.RunAsync(args, StartWebAsync);
}
finally
{
    if (web is not null)
    {
        await web.DisposeAsync();
    }
}

async Task StartWebAsync(NodeHost node)
{
    web = StandaloneWeb.Create(node);
    node.SettingsChanged += settings => web.Apply(StandaloneWeb.OptionsOf(settings, node.EndPoint.Port));
    await Ports.OpenAsync("web.port", () => web.StartAsync());
    ILogger log = node.Loggers.CreateLogger("Node.Standalone");
    string site = $"http://{node.Settings.Node.Bind}:{web.Port}";
    log.Listening("chat", $"{site}/chat.html");
    log.Listening("console", $"{site}/console.html");
}
