using System.Diagnostics.Metrics;
using System.Globalization;

namespace Node.Host.Metrics;

/// <summary>Upper bounds of a histogram's buckets: the instrument's own advice, else by its unit.</summary>
internal static class HistogramBounds
{
    // From 10 us, an event loop's turn, to 10 s, a timeout.
    private static readonly double[] Seconds =
    [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ];

    private static readonly double[] Bytes = [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304];

    private static readonly double[] Others = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000, 1000000];

    /// <summary>Ascending, finite, without repetition.</summary>
    public static double[] Of(Instrument instrument)
    {
        double[]? advised = Advised<double>(instrument) ?? Advised<long>(instrument) ?? Advised<int>(instrument) ?? Advised<float>(instrument)
            ?? Advised<short>(instrument) ?? Advised<byte>(instrument) ?? Advised<decimal>(instrument);
        return advised is not null ? [.. advised.Where(double.IsFinite).Distinct().Order()]
            : instrument.Unit switch { "s" => Seconds, "By" => Bytes, _ => Others };
    }

    private static double[]? Advised<T>(Instrument instrument)
        where T : struct =>
        (instrument as Instrument<T>)?.Advice?.HistogramBucketBoundaries?.Select(bound => Convert.ToDouble(bound, CultureInfo.InvariantCulture)).ToArray();
}
