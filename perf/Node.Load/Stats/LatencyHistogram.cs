using System.Numerics;

namespace Node.Load.Stats;

/// <summary>
/// Counts of durations in buckets whose width grows with the value, at most 0.8 % wide, as HdrHistogram has them.
/// Recording costs one increment and no allocation. One thread only, but for what says otherwise.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PrecisionBits = 7;
    private const int PerOctave = 1 << PrecisionBits;

    private readonly long[] _counts = new long[(64 - PrecisionBits) * PerOctave];

    public long Count { get; private set; }

    /// <summary>Nanoseconds; exact, unlike the quantiles.</summary>
    public long Max { get; private set; }

    public void Record(long nanoseconds)
    {
        long value = Math.Max(nanoseconds, 0);
        _counts[IndexOf((ulong)value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Max = 0;
    }

    /// <summary>The smallest bound that at least <paramref name="quantile"/> of the values do not exceed.</summary>
    public long Quantile(double quantile)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length && Count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return Math.Min(UpperBound(i), Max);
            }
        }

        return 0;
    }

    /// <summary>Values up to this one, and those that share its bucket. Any thread; a moment old.</summary>
    public long CountUpTo(long value)
    {
        long count = 0;
        for (int i = Math.Min(IndexOf((ulong)value), _counts.Length - 1); i >= 0; i--)
        {
            count += _counts[i];
        }

        return count;
    }

    /// <summary>The buckets in use as index and count in turn: what a worker hands to its parent.</summary>
    public long[] ToSparse()
    {
        var sparse = new List<long>();
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0)
            {
                sparse.Add(i);
                sparse.Add(_counts[i]);
            }
        }

        return [.. sparse];
    }

    public void Add(ReadOnlySpan<long> sparse, long max)
    {
        for (int i = 0; i + 1 < sparse.Length; i += 2)
        {
            _counts[sparse[i]] += sparse[i + 1];
            Count += sparse[i + 1];
        }

        Max = Math.Max(Max, max);
    }

    /// <summary>Adds what another one has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length && other.Count > 0; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    private static int IndexOf(ulong value)
    {
        int shift = Math.Max(0, 63 - PrecisionBits - BitOperations.LeadingZeroCount(value | 1));
        return (shift * PerOctave) + (int)(value >> shift);
    }

    private static long UpperBound(int index)
    {
        int shift = Math.Max(0, (index / PerOctave) - 1);
        long mantissa = index - ((long)shift * PerOctave);
        return ((mantissa + 1) << shift) - 1;
    }
}
