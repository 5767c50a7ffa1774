namespace Node.Host.Metrics;

/// <summary>A counter or gauge. Whole numbers are kept whole: a byte counter passes 2^53 without losing its low digits.</summary>
internal sealed class NumberSeries(string labels, MetricKind kind) : Series(labels)
{
    private long _whole;
    private double _fraction;

    public long Whole => Volatile.Read(ref _whole);

    public double Fraction => Volatile.Read(ref _fraction);

    /// <inheritdoc/>
    public override void Record(long value)
    {
        if (kind == MetricKind.Gauge)
        {
            Volatile.Write(ref _fraction, 0);
            Volatile.Write(ref _whole, value);
        }
        else if (value >= 0 || kind == MetricKind.Sum)
        {
            Interlocked.Add(ref _whole, value);
        }
    }

    /// <inheritdoc/>
    public override void Record(double value)
    {
        if (kind == MetricKind.Gauge)
        {
            Volatile.Write(ref _whole, 0);
            Volatile.Write(ref _fraction, value);
        }
        else if (value >= 0 || (kind == MetricKind.Sum && value < 0))
        {
            Add(ref _fraction, value);
        }
    }
}
