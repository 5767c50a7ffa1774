namespace Node.Wire;

/// <summary>What a server offers to those that connect. Immutable, shared by all loops.</summary>
public sealed record HandshakeOptions
{
    /// <summary>In order of preference.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    public OriginPolicy Origins { get; init; } = new();

    public DeflateOptions Deflate { get; init; } = new();
}
