using Node.Connect;
using Node.Connect.Settings;
using Node.Host.Settings;
using Node.Web;
using Node.Web.Settings;

namespace Node.Standalone;

/// <summary>The web server over the node of the same process.</summary>
public static class StandaloneWeb
{
    /// <param name="node">Listens already.</param>
    /// <exception cref="SettingsException">The settings would open the API to everybody, or have a key that is no good.</exception>
    public static WebServer Create(NodeHost node)
    {
        WebOptions options = OptionsOf(node.Settings, node.EndPoint.Port);
        var clientUrl = new Uri(options.PublicNodeUrl ?? $"{(options.NodeTls ? "wss" : "ws")}://{node.EndPoint}/ws");
        return WebOptionsMap.Create(options, new WebParts
        {
            ControlPlane = new HubControlPlane(node.Hub, clientUrl, NodeHost.Version, TimeProvider.System),
        });
    }

    public static WebOptions OptionsOf(NodeSettings settings, int nodePort) => WebOptionsMap.Map(settings.Web, settings.Node.Bind) with
    {
        NodePort = nodePort,
        NodeTls = settings.Tls.Enabled,
    };
}
