using System.Text.Json;
using Node.Load.Run;

namespace Node.Load.Compare;

/// <summary>Everything that a comparison found: written as JSON, drawn by <see cref="ComparePage"/>.</summary>
internal sealed class CompareResult
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public required string Machine { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required bool Quick { get; init; }

    /// <summary>Those that are whole.</summary>
    public int Rounds { get; set; }

    public List<RowResult> Rows { get; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}

internal sealed class RowResult
{
    public required CompareRow Row { get; init; }
    public List<CellResult> Cells { get; } = [];
}

/// <summary>One server in one row.</summary>
internal sealed class CellResult
{
    public required string Server { get; init; }
    public required string Title { get; init; }

    /// <summary>A value a round; null where the round failed, with the reason in <see cref="Faults"/>.</summary>
    public List<double?> Values { get; } = [];
    public List<double?> Ratios { get; } = [];
    public List<string> Faults { get; } = [];
    public List<LoadReport> Reports { get; } = [];

    public double? Median => MedianOf(Values);

    /// <summary>
    /// The median of the ratios of each round, not the ratio of the medians: what troubled the machine during a round
    /// troubled both sides of it.
    /// </summary>
    public double? Ratio => MedianOf(Ratios);

    /// <summary>What a reader should know before believing the value.</summary>
    public string Remarks
    {
        get
        {
            var remarks = new List<string>(Faults.Distinct());
            if (Reports.Any(report => report.Errors > 0))
            {
                remarks.Add($"{Reports.Sum(report => report.Errors)} connections failed");
            }

            if (Reports.Any(report => report.Lost + report.Duplicates > 0))
            {
                long lost = Reports.Sum(report => report.Lost);
                remarks.Add($"{lost} lost, {Reports.Sum(report => report.Duplicates)} duplicates");
            }

            if (Reports.LastOrDefault(report => report.Slow > 0) is { } slow)
            {
                remarks.Add($"{slow.SlowClosed} of {slow.Slow} slow members closed, the others missed {slow.SlowMissed} messages, "
                    + $"the server grew by {(slow.RssBytes - slow.RssBaseBytes) / (1 << 20)} MiB");
            }

            if (Reports.Any(report => report.Uncompressed > 0))
            {
                remarks.Add($"{Reports.Sum(report => report.Uncompressed)} messages came uncompressed");
            }

            if (Reports.Any(report => report.Held > 0))
            {
                remarks.Add("the rate was not reached");
            }

            // A full CPU waits for itself, where a server has several threads.
            if (Reports.Any(report => report is { ServerWaitingCpus: > 0.1, ServerCpus: < 0.9 }))
            {
                remarks.Add("something else used the server's CPU");
            }

            return string.Join("; ", remarks);
        }
    }

    private static double? MedianOf(List<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? null
            : sorted.Length % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
