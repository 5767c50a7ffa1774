using System.Text.Json;
using System.Text.Json.Serialization;

namespace Node.Rpc.Discovery;

/// <summary>A process as the registry has it; the JSON of protocol/cluster.md.</summary>
public sealed record Member
{
    /// <summary>Different from every other id of the same role.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="Roles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>When the process started, in Unix milliseconds: what a lower one of the same id says is void.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Where the others call it: host:port.</summary>
    public string? Grpc { get; init; }

    /// <summary>Where clients connect.</summary>
    public string? ClientUrl { get; init; }

    /// <summary>Where metrics are: host:port.</summary>
    public string? Metrics { get; init; }

    public MemberState State { get; init; }

    /// <summary>Its load.</summary>
    public long Connections { get; init; }

    public string? Version { get; init; }

    /// <exception cref="JsonException">It is no member, and says why.</exception>
    public static Member Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, MemberJson.Default.Member) ?? throw new JsonException("null");

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MemberJson.Default.Member);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Member))]
internal sealed partial class MemberJson : JsonSerializerContext;
