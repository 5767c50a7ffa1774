using System.Text.Json;

namespace Node.Host.Health;

/// <summary>What a process says of itself on <c>/health</c>.</summary>
/// <param name="IsReady">It does its work; else it is alive, and no more.</param>
/// <param name="Role">What it is at the moment: <c>leader</c>, <c>follower</c>; empty: there are no roles.</param>
/// <param name="Away">The parts that cannot be reached, and why. A process may be ready without them.</param>
public sealed record HealthReport(bool IsReady, string Role, IReadOnlyDictionary<string, string> Away)
{
    /// <summary><c>{"alive":true,"ready":true,"role":"leader","away":{"redis":"connection refused"}}</c></summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new { alive = true, ready = IsReady, role = Role, away = Away });
}
