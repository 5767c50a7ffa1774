using System.Diagnostics.Metrics;

namespace Node.Host.Metrics;

/// <summary>What an instrument is to Prometheus, and how its recordings combine.</summary>
internal enum MetricKind
{
    /// <summary>Only grows; recordings add up.</summary>
    Counter,

    /// <summary>A gauge whose recordings add up: up-down counters.</summary>
    Sum,

    /// <summary>A gauge whose last recording holds.</summary>
    Gauge,

    Histogram,
}

/// <summary>Maps instruments to kinds.</summary>
internal static class MetricKinds
{
    /// <summary>Null for an instrument type that this exporter does not know.</summary>
    public static MetricKind? Of(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) ? MetricKind.Sum
            : type == typeof(Gauge<>) || type == typeof(ObservableGauge<>) ? MetricKind.Gauge
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : null;
    }

    /// <summary>The word of the exposition's TYPE line.</summary>
    public static string TypeWord(this MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
