using Node.Host.Settings;

namespace Node.Biz.Settings;

/// <summary>Settings under <c>orders:</c>.</summary>
public sealed record OrdersSection
{
    [Setting("Orders that are remembered; the oldest that were shipped make room for new ones.", Min = "1", Max = "1000000")]
    public int Max { get; init; } = 10_000;

    [Setting("Every so often, each order takes its next step. 0: only by POST /orders/{id}/advance.", Max = "1h")]
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(5);
}
