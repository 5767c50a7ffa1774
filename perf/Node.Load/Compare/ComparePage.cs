using System.Globalization;
using Node.Load.Reports;
using Node.Load.Run;

namespace Node.Load.Compare;

/// <summary>A comparison as one page: bars and a table a row.</summary>
internal static class ComparePage
{
    private const string Own = "node";

    public static string Draw(CompareResult result, Func<CompareRow, string> baselineOf)
    {
        var page = new Page("Comparison");
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{result.StartedAt:yyyy-MM-dd HH:mm} UTC. {result.Machine}."));
        page.Paragraph(
            $"{(result.Quick ? "A quick run, to see that things work. " : "")}Medians of {result.Rounds} rounds, " +
            "the servers in turn. Ratios hold from machine to machine, values do not.");
        foreach (RowResult row in result.Rows)
        {
            string baseline = baselineOf(row.Row);
            page.Heading(row.Row.Title);
            page.Paragraph((row.Row.MoreIsBetter ? "More is better." : "Less is better.") + GoalOf(row.Row, baseline));
            AddBars(page, row, baseline);
            AddTable(page, row, baseline);
        }

        return page.End();
    }

    private static string GoalOf(CompareRow row, string baseline) => row switch
    {
        { Goal: null } => "",
        { Relative: true } => FormattableString.Invariant($" Goal: at most {row.Goal:0.##} × {baseline}."),
        _ => FormattableString.Invariant($" Goal: at most {row.Goal:0} {row.Unit}."),
    };

    private static void AddBars(Page page, RowResult row, string baseline)
    {
        CellResult[] cells = [.. row.Cells.Where(cell => cell.Median is not null)];
        if (cells.Length == 0)
        {
            return;
        }

        double? goal = row.Row.Relative ? row.Row.Goal * (cells[0].Median / cells[0].Ratio) : row.Row.Goal;
        page.Bars(
            [.. cells.Select(cell => new Bar(
                cell.Title, cell.Median ?? 0, $"{Number(cell.Median)} {row.Row.Unit} ({Number(cell.Ratio)} ×)",
                cell.Server == Own ? "own" : cell.Server == baseline ? "base" : ""))],
            goal);
    }

    private static void AddTable(Page page, RowResult row, string baseline)
    {
        bool isLoaded = row.Cells.Any(cell => cell.Reports.Any(report => report.Operations > 0));
        page.Table(
            [
                "server", "#rounds", "#median", $"#× {baseline}",
                .. isLoaded ? ["#operations/s", "#p50, p99 ms", "#CPUs: server, load"] : Array.Empty<string>(),
                "bottleneck and remarks",
            ],
            row.Cells.Select(cell => CellsOf(row.Row, cell, isLoaded)));
    }

    private static List<string> CellsOf(CompareRow row, CellResult cell, bool isLoaded)
    {
        LoadReport? last = cell.Reports.LastOrDefault();
        double? judged = row.Relative ? cell.Ratio : cell.Median;
        string verdict = row.Goal is null || cell.Server != Own ? "" : judged <= row.Goal ? ", met" : ", missed";
        List<string> cells =
            [cell.Title, string.Join(", ", cell.Values.Select(Number)), $"{Number(cell.Median)} {row.Unit}", Number(cell.Ratio) + verdict];
        if (isLoaded)
        {
            cells.Add(string.Create(CultureInfo.InvariantCulture, $"{last?.OperationsPerSecond:N0}"));
            cells.Add(string.Create(CultureInfo.InvariantCulture, $"{last?.P50Microseconds / 1e3:N1}, {last?.P99Microseconds / 1e3:N1}"));
            cells.Add(string.Create(CultureInfo.InvariantCulture, $"{last?.ServerCpus:F2}, {last?.LoadCpus:F2}"));
        }

        cells.Add(string.Join("; ", new[] { last?.Bottleneck, cell.Remarks }.Where(text => text?.Length > 0)));
        return cells;
    }

    private static string Number(double? value) => value switch
    {
        null => "failed",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
