using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Node.Benchmarks;

/// <summary>
/// The best iteration as the goals are stated: GB/s where a benchmark has the parameter <c>Bytes</c>, nanoseconds a delivery where it has
/// <c>Members</c>, each of whom gets <c>Frames</c> frames.
/// </summary>
public sealed class RateColumn : IColumn
{
    public string Id => nameof(RateColumn);

    public string ColumnName => "Rate";

    public string Legend => "Of the best iteration: GB/s, or nanoseconds a delivery";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
        {
            return "";
        }

        double nanoseconds = statistics.Min;
        return Parameter(benchmarkCase, "Bytes") is { } bytes ? Format(bytes / nanoseconds, "GB/s")
            : Parameter(benchmarkCase, "Members") is { } members
                ? Format(nanoseconds / (members * (Parameter(benchmarkCase, "Frames") ?? 1)), "ns")
            : "";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    private static int? Parameter(BenchmarkCase benchmarkCase, string name) =>
        benchmarkCase.Parameters.Items.FirstOrDefault(item => item.Name == name)?.Value as int?;

    private static string Format(double value, string unit) =>
        value.ToString("0.0", CultureInfo.InvariantCulture) + " " + unit;
}
