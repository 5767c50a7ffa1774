namespace Node.Wire;

/// <summary>What a client asks for. Immutable, shared by all connections that ask the same.</summary>
public sealed record ClientHandshakeOptions
{
    /// <summary>The Host header: a name or address, with the port unless it is the scheme's own.</summary>
    public required string Host { get; init; }

    /// <summary>Path and query, percent-encoded.</summary>
    public string Target { get; init; } = "/ws";

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>Further headers, such as Authorization or Origin.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public DeflateOptions Deflate { get; init; } = new();
}
