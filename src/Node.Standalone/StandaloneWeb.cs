using Node.Connect;
using Node.Connect.Settings;
using Node.Host.Settings;
using Node.Web;
using Node.Web.Api;
using Node.Web.Settings;

namespace Node.Standalone;

/// <summary>The web server over the node of the same process.</summary>
public static class StandaloneWeb
{
    /// <param name="node">Listens already.</param>
    /// <param name="pushes">Into its hub.</param>
    /// <param name="managers">How the managers in this process are.</param>
    /// <param name="notes">What their controller has noted of a room.</param>
    /// <exception cref="SettingsException">The settings would open the API to everybody, or have a key that is no good.</exception>
    public static WebServer Create(
        NodeHost node, HubPushes pushes, Func<IEnumerable<PartHealth>> managers,
        Func<string, CancellationToken, Task<Protocol.Controller.RoomInfo?>> notes) =>
        WebOptionsMap.Create(OptionsOf(node.Settings, node.EndPoint.Port), new WebParts
        {
            ControlPlane = new HubControlPlane(node.Hub, ClientUrlOf(node), NodeHost.Version, pushes, managers, notes),
        });

    /// <summary>Where clients connect.</summary>
    public static Uri ClientUrlOf(NodeHost node)
    {
        WebOptions options = OptionsOf(node.Settings, node.EndPoint.Port);
        return new Uri(options.PublicNodeUrl ?? $"{(options.NodeTls ? "wss" : "ws")}://{node.EndPoint}/ws");
    }

    public static WebOptions OptionsOf(NodeSettings settings, int nodePort) => WebOptionsMap.Map(settings.Web, settings.Node.Bind) with
    {
        NodePort = nodePort,
        NodeTls = settings.Tls.Enabled,
    };
}
