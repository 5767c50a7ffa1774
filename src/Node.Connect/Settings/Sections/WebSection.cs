using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>web:</c>: the chat page and console of the standalone process.</summary>
public sealed record WebSection
{
    [Setting("Pages and HTTP API. 0: any free port.", Max = "65535")]
    public int Port { get; init; } = 8086;

    [Setting("WebSocket address that pages connect to, as wss://host/ws. Empty: the page's own host with node.http_port.", Hot = true)]
    public string PublicWsUrl { get; init; } = "";
}
