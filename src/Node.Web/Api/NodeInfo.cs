namespace Node.Web.Api;

/// <summary>A connect-node as the system sees it.</summary>
/// <param name="Node">Its name.</param>
/// <param name="State">starting, ready, draining; lost: its lease has run out.</param>
/// <param name="Connections">Open now.</param>
/// <param name="Users">Different users connected to it.</param>
public sealed record NodeInfo(string Node, string State, ulong Connections, ulong Users)
{
    /// <summary>Of this start of its process, in Unix milliseconds: higher after a restart.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>Null where it is not known.</summary>
    public string? ClientUrl { get; init; }

    public string? GrpcAddress { get; init; }

    public string? Version { get; init; }

    /// <summary>Unix milliseconds; null where it is not known.</summary>
    public long? SinceMs { get; init; }
}

public sealed record NodeList(IReadOnlyList<NodeInfo> Nodes);
