using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Compare;

/// <summary>The comparison as one page that needs nothing else: a table and a bar plot a row.</summary>
internal static class HtmlReport
{
    private const int LabelWidth = 250;
    private const int PlotWidth = 460;
    private const int BarHeight = 20;
    private const int LineHeight = 28;

    private const string Style =
        """
        body{font:15px/1.45 system-ui,sans-serif;color:#1d2530;max-width:960px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2.2rem 0 .3rem}
        table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0;width:100%}
        td,th{padding:.25rem .6rem;border-bottom:1px solid #dde3ea;text-align:right}
        td:not(:last-child){white-space:nowrap}
        td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}
        p{color:#5a6675;margin:.2rem 0}.met{color:#17713a}.missed{color:#b02a1c}
        svg text{font:13px system-ui,sans-serif;fill:#1d2530}
        """;

    public static string Draw(CompareResult result, Func<CompareRow, string> baselineOf)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Comparison</title><style>")
            .Append(Style).Append("</style></head><body><h1>Comparison</h1>")
            .Append(Paragraph($"{result.StartedAt:yyyy-MM-dd HH:mm} UTC. {result.Machine}."))
            .Append(Paragraph(
                $"{(result.Quick ? "A quick run, to see that things work. " : "")}Medians of {result.Rounds} rounds, " +
                "the servers in turn. Ratios hold from machine to machine, values do not."));
        foreach (RowResult row in result.Rows)
        {
            page.Append("<h2>").Append(Escape(row.Row.Title)).Append("</h2>")
                .Append(Paragraph((row.Row.MoreIsBetter ? "More is better." : "Less is better.") + GoalOf(row.Row, baselineOf(row.Row))))
                .Append(Plot(row)).Append(Table(row, baselineOf(row.Row)));
        }

        return page.Append("</body></html>").ToString();
    }

    private static string GoalOf(CompareRow row, string baseline) => row switch
    {
        { Goal: null } => "",
        { Relative: true } => FormattableString.Invariant($" Goal: at most {row.Goal:0.##} × {baseline}."),
        _ => FormattableString.Invariant($" Goal: at most {row.Goal:0} {row.Unit}."),
    };

    private static string Plot(RowResult row)
    {
        CellResult[] cells = [.. row.Cells.Where(cell => cell.Median is not null)];
        if (cells.Length == 0)
        {
            return "";
        }

        double? goal = row.Row.Relative ? row.Row.Goal * (cells[0].Median / cells[0].Ratio) : row.Row.Goal;
        double scale = PlotWidth / Math.Max(goal ?? 0, cells.Max(cell => cell.Median ?? 0));
        int height = cells.Length * LineHeight;
        var svg = new StringBuilder();
        Write(svg, $"<svg viewBox=\"0 0 {LabelWidth + PlotWidth + 180} {height}\" width=\"100%\" role=\"img\">");
        for (int i = 0; i < cells.Length; i++)
        {
            CellResult cell = cells[i];
            double value = cell.Median ?? 0;
            int top = i * LineHeight;
            double width = Math.Max(1, value * scale);
            string color = cell.Server switch { "limit" => "#8a97a6", "node" => "#1f6feb", _ => "#c4ccd6" };
            Write(svg, $"<text x=\"0\" y=\"{top + 15}\">{Escape(cell.Title)}</text>");
            Write(svg, $"<rect x=\"{LabelWidth}\" y=\"{top}\" width=\"{width:F1}\"");
            Write(svg, $" height=\"{BarHeight}\" fill=\"{color}\"/>");
            Write(svg, $"<text x=\"{LabelWidth + width + 6:F1}\" y=\"{top + 15}\">{Label(cell, row.Row)}</text>");
        }

        if (goal is double at)
        {
            double x = LabelWidth + (at * scale);
            Write(svg, $"<line x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"0\" y2=\"{height}\"");
            svg.Append(" stroke=\"#b02a1c\" stroke-dasharray=\"4 3\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Table(RowResult row, string baseline)
    {
        bool loaded = row.Cells.Any(cell => cell.Reports.Any(report => report.Operations > 0));
        var table = new StringBuilder($"<table><tr><th>server</th><th>rounds</th><th>median</th><th>× {Escape(baseline)}</th>");
        table.Append(loaded ? "<th>operations/s</th><th>p50, p99 ms</th><th>CPUs: server, load</th>" : "")
            .Append("<th>bottleneck and remarks</th></tr>");
        foreach (CellResult cell in row.Cells)
        {
            Run.LoadReport? last = cell.Reports.LastOrDefault();
            double? judged = row.Row.Relative ? cell.Ratio : cell.Median;
            string verdict = row.Row.Goal is null ? "" : judged <= row.Row.Goal ? "met" : "missed";
            string rounds = string.Join(", ", cell.Values.Select(Number));
            Write(table, $"<tr><td>{Escape(cell.Title)}</td><td>{rounds}</td>");
            Write(table, $"<td>{Number(cell.Median)} {row.Row.Unit}</td>");
            Write(table, $"<td class=\"{verdict}\">{Number(cell.Ratio)}</td>");
            if (loaded)
            {
                Write(table, $"<td>{last?.OperationsPerSecond:N0}</td>");
                Write(table, $"<td>{last?.P50Microseconds / 1e3:N1}, {last?.P99Microseconds / 1e3:N1}</td>");
                Write(table, $"<td>{last?.ServerCpus:F2}, {last?.LoadCpus:F2}</td>");
            }

            IEnumerable<string?> remarks = new[] { last?.Bottleneck, cell.Remarks }.Where(text => text?.Length > 0);
            Write(table, $"<td>{Escape(string.Join("; ", remarks))}</td></tr>");
        }

        return table.Append("</table>").ToString();
    }

    private static string Label(CellResult cell, CompareRow row) =>
        $"{Number(cell.Median)} {row.Unit} ({Number(cell.Ratio)} ×)";

    private static string Number(double? value) => value switch
    {
        null => "failed",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Paragraph(FormattableString text) =>
        $"<p>{Escape(text.ToString(CultureInfo.InvariantCulture))}</p>";

    private static string Paragraph(string text) => $"<p>{Escape(text)}</p>";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static void Write(StringBuilder target, FormattableString text) =>
        target.Append(text.ToString(CultureInfo.InvariantCulture));
}
