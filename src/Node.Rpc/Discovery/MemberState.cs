using System.Text.Json.Serialization;

namespace Node.Rpc.Discovery;

/// <summary>What a registered process is up to.</summary>
public enum MemberState
{
    [JsonStringEnumMemberName("starting")]
    Starting,

    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>It serves whom it has, and wants nobody new.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,
}
