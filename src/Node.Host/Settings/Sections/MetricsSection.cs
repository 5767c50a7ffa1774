namespace Node.Host.Settings;

/// <summary>Settings under <c>metrics:</c>.</summary>
public sealed record MetricsSection
{
    [Setting("Prometheus scrapes /metrics here. 0: any free port.", Max = "65535")]
    public int Port { get; init; } = 9091;
}
