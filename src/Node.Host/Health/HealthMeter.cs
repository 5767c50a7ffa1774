using System.Diagnostics.Metrics;

namespace Node.Host.Health;

/// <summary>A meter <c>health</c>: what <c>/health</c> says, for alerts. Asked for at a scrape.</summary>
public sealed class HealthMeter : IDisposable
{
    private readonly Meter _meter = new("health");

    /// <param name="health">Any thread.</param>
    public HealthMeter(Func<HealthReport> health)
    {
        _meter.CreateObservableGauge("health.ready", () => health().IsReady ? 1 : 0, null, "1: this process is ready.");
        _meter.CreateObservableGauge(
            "health.away", () => health().Away.Keys.Select(part => new Measurement<int>(1, new KeyValuePair<string, object?>("part", part))), null,
            "1: this part cannot be reached from here; no series: it can.");
    }

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();
}
