namespace Node.Rpc;

/// <summary>What a channel can be told. Immutable. Sizes are in bytes.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Sent with every call as <c>authorization: Bearer …</c>; null: nothing is sent.</summary>
    public string? Token { get; init; }

    /// <summary>For https addresses; null there: the system's authorities, no certificate of our own.</summary>
    public RpcTls? Tls { get; init; }

    /// <summary>A larger message from the server ends its call with RESOURCE_EXHAUSTED, before it is read.</summary>
    public int MaxReceiveMessageSize { get; init; } = RpcLimits.DefaultMessageSize;

    /// <summary>A larger message is not sent: RESOURCE_EXHAUSTED.</summary>
    public int MaxSendMessageSize { get; init; } = RpcLimits.DefaultMessageSize;

    /// <summary>Whether requests are compressed (gzip). Compressed responses are understood anyway.</summary>
    public bool Compress { get; init; }

    /// <summary>After it a call that waits for a connection ends with UNAVAILABLE.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Silence on a connection with open calls after which it is asked for a sign of life. Foreign servers may refuse to be
    /// asked often: etcd below 5 s, gRPC's own in C and Go below 5 min. At least 1 s.
    /// </summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after that which ends the connection, and its calls with UNAVAILABLE. At least 1 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
