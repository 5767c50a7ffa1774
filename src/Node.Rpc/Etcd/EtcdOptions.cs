namespace Node.Rpc.Etcd;

/// <summary>How to reach etcd.</summary>
public sealed class EtcdOptions
{
    private const int UsualPort = 2379;

    /// <summary>http or https, members of one cluster; see <see cref="ParseEndpoints"/>. The first one is tried first.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>With <see cref="Password"/>; null where etcd knows no users.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>For https endpoints; null trusts what the system trusts.</summary>
    public RpcTls? Tls { get; init; }

    /// <summary>Time for one call at one endpoint.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A watch that has been silent for so long asks for a sign of life.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A watch without a sign of life for so long counts as broken, and goes to the next endpoint.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>etcd's own limit on the operations of a transaction (its --max-txn-ops).</summary>
    public int MaxTxnOperations { get; init; } = 128;

    /// <summary>"10.0.0.1:2379,https://etcd-2:2379": commas between, http where nothing is said, 2379 where no port is.</summary>
    /// <exception cref="FormatException">Names the part that is no address.</exception>
    public static IReadOnlyList<Uri> ParseEndpoints(string text)
    {
        Uri[] endpoints = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseEndpoint)];
        return endpoints.Length > 0 ? endpoints : throw new FormatException("etcd needs an endpoint, such as 127.0.0.1:2379");
    }

    private static Uri ParseEndpoint(string text)
    {
        string whole = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/")
        {
            throw new FormatException($"'{text}' is no etcd endpoint: host:port, http://host:port or https://host:port");
        }

        bool saysPort = whole.AsSpan(whole.IndexOf("://", StringComparison.Ordinal) + 3).TrimEnd('/').LastIndexOf(':')
            > whole.AsSpan(whole.IndexOf("://", StringComparison.Ordinal) + 3).LastIndexOf(']');
        return saysPort ? uri : new UriBuilder(uri) { Port = UsualPort }.Uri;
    }
}
