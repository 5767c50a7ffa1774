using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>heartbeat:</c>.</summary>
public sealed record HeartbeatSection
{
    [Setting("Silence after which the node sends a ping.", Hot = true, Min = "100ms", Max = "1h")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(25);

    [Setting("Further silence after which the connection is closed with 3002.", Hot = true, Min = "100ms", Max = "1h")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
