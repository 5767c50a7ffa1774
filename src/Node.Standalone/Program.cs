using Microsoft.Extensions.Logging;
using Node.Connect;
using Node.Connect.Settings;
using Node.Host;
using Node.Host.Logging;
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
    web = new WebServer(OptionsOf(node.Settings, node.EndPoint.Port));
    node.SettingsChanged += settings => web.Apply(OptionsOf(settings, node.EndPoint.Port));
    await Ports.OpenAsync("web.port", () => web.StartAsync());
    node.Loggers.CreateLogger("Node.Standalone").Listening("chat", $"http://{node.Settings.Node.Bind}:{web.Port}/chat.html");
}

static WebOptions OptionsOf(NodeSettings settings, int nodePort) => new()
{
    Port = settings.Web.Port,
    BindAddress = settings.Node.Bind.ToString(),
    NodePort = nodePort,
    NodeTls = settings.Tls.Enabled,
    PublicNodeUrl = settings.Web.PublicWsUrl.Length > 0 ? settings.Web.PublicWsUrl : null,
};
