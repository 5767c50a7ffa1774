using System.Net;
using Node.Web.Api;

namespace Node.Web;

/// <summary>Where the web server listens, who may use its API, and where its pages find the node.</summary>
public sealed record WebOptions
{
    private const int MinKeyLength = 16;

    /// <summary>TCP port; 0 lets the system choose, and <see cref="WebServer.Port"/> says which.</summary>
    public int Port { get; init; } = 8086;

    /// <summary>An IP address, or <c>*</c> for every one. Beyond loopback the API asks for a key.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Each of them opens the API. At least 16 printable ASCII characters; more than one while keys change.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Which JWTs open the API; null: none.</summary>
    public ApiTokenOptions? Tokens { get; init; }

    /// <summary>How long the API waits for the system behind it; then 504.</summary>
    public TimeSpan ApiTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Port of the node's WebSocket, taken with the host name by which the browser reached the page.</summary>
    public int NodePort { get; init; } = 8083;

    /// <summary>Whether the node speaks TLS on <see cref="NodePort"/>, whatever the page came by.</summary>
    public bool NodeTls { get; init; }

    /// <summary>
    /// The node's WebSocket as browsers reach it (<c>wss://push.example/ws</c>), where that is not
    /// <see cref="NodePort"/> on this host: behind a proxy, or on another machine.
    /// </summary>
    public string? PublicNodeUrl { get; init; }

    private bool IsLoopback => IPAddress.TryParse(BindAddress, out IPAddress? address) && IPAddress.IsLoopback(address);

    /// <summary>What is wrong with these options, for a person; null when nothing is.</summary>
    public string? Validate()
    {
        if (Port is < 0 or > 65535) return $"web port {Port}: must be 0 to 65535";
        if (NodePort is < 1 or > 65535) return $"node port {NodePort}: must be 1 to 65535";
        if (BindAddress != "*" && !IPAddress.TryParse(BindAddress, out _))
        {
            return $"web bind address '{BindAddress}': must be an IP address or *";
        }

        if (PublicNodeUrl is not null && !NodeAddress.TryParsePublicUrl(PublicNodeUrl, out _))
        {
            return $"public node URL '{PublicNodeUrl}': must be a ws:// or wss:// URL";
        }

        return ValidateAccess();
    }

    private string? ValidateAccess()
    {
        // The key itself is not shown: the message ends in logs.
        if (ApiKeys.Any(key => key.Length < MinKeyLength || key.Any(letter => letter is <= ' ' or > '~')))
        {
            return $"an API key must have at least {MinKeyLength} printable ASCII characters";
        }

        return ApiKeys.Count > 0 || Tokens is not null || IsLoopback
            ? null
            : $"web bind address {BindAddress} is not loopback, and the HTTP API asks for no key: set an API key (WEB_API_KEY), "
                + "or what checks tokens for it (WEB_JWT_SECRET, WEB_JWT_PUBLIC_KEY_FILE), or bind to 127.0.0.1";
    }
}
