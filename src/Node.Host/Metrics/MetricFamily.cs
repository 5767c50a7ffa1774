namespace Node.Host.Metrics;

/// <summary>All series under one name: one instrument, or several of the same name and kind (a meter made twice).</summary>
internal sealed class MetricFamily
{
    private readonly SeriesTable _series;

    /// <param name="name">From <see cref="MetricName"/>.</param>
    /// <param name="kind">How recordings combine.</param>
    /// <param name="help">One line for people.</param>
    /// <param name="bounds">Of histograms; empty for others.</param>
    /// <param name="observable">Told anew at each collection.</param>
    /// <param name="limit">Most series.</param>
    /// <param name="overflowed">Called for each recording that goes into the overflow series.</param>
    public MetricFamily(string name, MetricKind kind, string help, double[] bounds, bool observable, int limit, Action overflowed)
    {
        (Name, Kind, Help, Bounds, Observable) = (name, kind, help, bounds, observable);
        _series = new SeriesTable(
            labels => kind == MetricKind.Histogram ? new HistogramSeries(labels, bounds) : new NumberSeries(labels, kind), limit, overflowed);
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public string Help { get; }

    public double[] Bounds { get; }

    public bool Observable { get; }

    /// <summary>Instruments that record here; the family goes with the last.</summary>
    public int Instruments { get; set; }

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _series.Get(tags).Record(value);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _series.Get(tags).Record(value);

    public Series[] Snapshot() => _series.Snapshot();

    public void Clear() => _series.Clear();
}
