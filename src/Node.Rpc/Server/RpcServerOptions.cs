using System.Net;

namespace Node.Rpc;

/// <summary>What a server can be told. Immutable. Sizes are in bytes.</summary>
public sealed record RpcServerOptions
{
    /// <summary>TCP port; 0 lets the system choose, and <see cref="RpcServer.Port"/> says which.</summary>
    public int Port { get; init; }

    /// <summary>An IP address, or <c>*</c> for every one.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Every call must bring <c>authorization: Bearer …</c> with it, or ends with UNAUTHENTICATED; null: calls need none.</summary>
    public string? Token { get; init; }

    /// <summary>Null: no TLS.</summary>
    public RpcTls? Tls { get; init; }

    /// <summary>A larger message from a client ends its call with RESOURCE_EXHAUSTED, before it is read.</summary>
    public int MaxReceiveMessageSize { get; init; } = RpcLimits.DefaultMessageSize;

    /// <summary>A larger message is not sent: RESOURCE_EXHAUSTED.</summary>
    public int MaxSendMessageSize { get; init; } = RpcLimits.DefaultMessageSize;

    /// <summary>Whether responses are compressed (gzip) for clients that understand it. Compressed requests are understood anyway.</summary>
    public bool Compress { get; init; }

    /// <summary>Calls that one connection may have open at once; its client holds back further ones.</summary>
    public int MaxCallsPerConnection { get; init; } = 1000;

    /// <summary>Silence on a connection after which it is asked for a sign of life.</summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after that which ends the connection and its calls.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with these options, for a person; null when nothing is.</summary>
    public string? Validate()
    {
        if (Port is < 0 or > 65535) return $"gRPC port {Port}: must be 0 to 65535";
        if (BindAddress != "*" && !IPAddress.TryParse(BindAddress, out _))
        {
            return $"gRPC bind address '{BindAddress}': must be an IP address or *";
        }

        if (MaxReceiveMessageSize < 0 || MaxSendMessageSize < 0) return "gRPC message sizes: must not be negative";
        if (MaxCallsPerConnection < 1) return $"gRPC calls per connection {MaxCallsPerConnection}: must be at least 1";
        if (KeepAliveDelay < TimeSpan.FromSeconds(1) || KeepAliveTimeout < TimeSpan.FromSeconds(1))
        {
            return "gRPC keep-alive: delay and timeout must be at least 1 s";
        }

        return Tls is { CertificateFile: null } ? "gRPC TLS: a server needs a certificate" : null;
    }
}
