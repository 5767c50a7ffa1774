using Node.Host.Settings;

namespace Node.Host.Settings;

/// <summary>Settings under <c>web:</c>: pages and HTTP API, in the web-server's own process and in standalone.</summary>
public record WebSection
{
    [Setting("Pages and HTTP API. 0: any free port.", Max = "65535")]
    public int Port { get; init; } = 8086;

    [Setting("WebSocket address that pages connect to, as wss://host/ws. Empty: the page's own host with node.http_port.", Hot = true)]
    public string PublicWsUrl { get; init; } = "";

    [Setting("Key of the HTTP API and the console; several, separated by spaces, hold at once. Empty: none, which only a loopback address may do without.", Hot = true, Secret = true)]
    public string ApiKey { get; init; } = "";

    [Setting("Shared key of HS256 tokens that open the HTTP API, UTF-8, 32 bytes or more.", Hot = true, Secret = true)]
    public string JwtSecret { get; init; } = "";

    [Setting("Public key of RS256 or ES256 tokens that open the HTTP API, PEM.", Hot = true, File = true)]
    public string JwtPublicKeyFile { get; init; } = "";

    [Setting("Value that the aud claim of those tokens must hold, so that the tokens of users do not open the API.", Hot = true)]
    public string JwtAudience { get; init; } = "node-api";
}
