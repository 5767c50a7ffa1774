namespace Node.Web;

/// <summary>Where the web server listens, and where its pages find the node.</summary>
public sealed record WebOptions
{
    /// <summary>TCP port; 0 lets the system choose, and <see cref="WebServer.Port"/> says which.</summary>
    public int Port { get; init; } = 8086;

    /// <summary>An IP address, or <c>*</c> for every one. Loopback by default: the chat page asks nobody for a password.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Port of the node's WebSocket, taken with the host name by which the browser reached the page.</summary>
    public int NodePort { get; init; } = 8083;

    /// <summary>Whether the node speaks TLS on <see cref="NodePort"/>, whatever the page came by.</summary>
    public bool NodeTls { get; init; }

    /// <summary>
    /// The node's WebSocket as browsers reach it (<c>wss://push.example/ws</c>), where that is not
    /// <see cref="NodePort"/> on this host: behind a proxy, or on another machine.
    /// </summary>
    public string? PublicNodeUrl { get; init; }

    /// <summary>What is wrong with these options, for a person; null when nothing is.</summary>
    public string? Validate()
    {
        if (Port is < 0 or > 65535) return $"web port {Port}: must be 0 to 65535";
        if (NodePort is < 1 or > 65535) return $"node port {NodePort}: must be 1 to 65535";
        if (BindAddress != "*" && !System.Net.IPAddress.TryParse(BindAddress, out _))
        {
            return $"web bind address '{BindAddress}': must be an IP address or *";
        }

        return PublicNodeUrl is null || NodeAddress.TryParsePublicUrl(PublicNodeUrl, out _)
            ? null
            : $"public node URL '{PublicNodeUrl}': must be a ws:// or wss:// URL";
    }
}
