namespace Node.Host.Metrics;

/// <summary>A histogram with fixed upper bounds. Its count is the sum of its buckets, so that the two never disagree in a scrape.</summary>
/// <param name="labels">As <see cref="Series"/>.</param>
/// <param name="bounds">Ascending; a value equal to a bound falls below it. One more bucket takes the rest.</param>
internal sealed class HistogramSeries(string labels, double[] bounds) : Series(labels)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _sum;

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Recordings in one bucket alone; buckets are cumulative only in the exposition.</summary>
    public long Bucket(int index) => Volatile.Read(ref _buckets[index]);

    /// <inheritdoc/>
    public override void Record(long value) => Record((double)value);

    /// <inheritdoc/>
    public override void Record(double value)
    {
        // Not a number fits no bucket, and would make the sum useless for good.
        if (double.IsNaN(value))
        {
            return;
        }

        int index = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _buckets[index >= 0 ? index : ~index]);
        Add(ref _sum, value);
    }
}
