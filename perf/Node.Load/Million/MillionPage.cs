using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Million;

/// <summary>A report as one page that needs nothing else.</summary>
internal static class MillionPage
{
    private const double MiB = 1024 * 1024;
    private const int RateSeconds = 5;

    private const string Style =
        """
        body{font:15px/1.45 system-ui,sans-serif;color:#1d2530;max-width:960px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2.2rem 0 .3rem}
        table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0;width:100%}
        td,th{padding:.25rem .6rem;border-bottom:1px solid #dde3ea;text-align:left}td:nth-child(3){text-align:right}
        p{color:#5a6675;margin:.2rem 0}.met{color:#17713a}.missed{color:#b02a1c}
        svg text{font:12px system-ui,sans-serif;fill:#5a6675}
        """;

    public static string Draw(MillionReport report)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"{report.Connections:N0} connections");
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(title).Append("</title><style>").Append(Style)
            .Append("</style></head><body><h1>").Append(title).Append("</h1><p>")
            .Append(CultureInfo.InvariantCulture, $"{report.StartedAt:yyyy-MM-dd HH:mm} UTC. {Escape(report.Machine)}. ")
            .Append(CultureInfo.InvariantCulture, $"{report.Nodes} connect-nodes, {report.Processes} load processes, one controller-manager, one push-manager.</p>");
        if (report.Problem is { } problem)
        {
            page.Append("<p class=\"missed\">Stopped: ").Append(Escape(problem)).Append("</p>");
        }

        AppendFigures(page, report);
        AppendPlots(page, report);
        return page.Append("</body></html>").ToString();
    }

    private static void AppendFigures(StringBuilder page, MillionReport report)
    {
        page.Append("<table><tr><th>phase</th><th>what</th><th>value</th><th></th><th>goal</th></tr>");
        foreach (MillionFigure figure in report.Figures)
        {
            page.Append("<tr><td>").Append(Escape(figure.Phase)).Append("</td><td>").Append(Escape(figure.Name)).Append("</td><td>")
                .Append(MillionReport.Number(figure.Value)).Append("</td><td>").Append(Escape(figure.Unit)).Append("</td><td class=\"")
                .Append(figure.IsMet ? "met" : "missed").Append("\">").Append(Escape(figure.Goal)).Append("</td></tr>");
        }

        page.Append("</table>");
    }

    private static void AppendPlots(StringBuilder page, MillionReport report)
    {
        List<MachineSample> samples = report.Samples;
        int full = samples.FindIndex(sample => sample.Connections >= report.Connections);
        MachineSample[] growing = [.. samples.Take(full < 0 ? samples.Count : full + 1)];
        page.Append("<h2>Memory over connections</h2>").Append(LinePlot.Draw("connections", "MiB",
            ("servers, user space", growing.Select(sample => (sample.Connections * 1.0, sample.Servers / MiB))),
            ("kernel slab", growing.Select(sample => (sample.Connections * 1.0, sample.Slab / MiB))),
            ("machine in use", growing.Select(sample => (sample.Connections * 1.0, sample.Used / MiB)))));
        page.Append("<h2>Connect rate over time</h2>").Append(LinePlot.Draw("s", "connections/s", ("connect rate", Rates(growing))));
        page.Append("<h2>Connections over time</h2>").Append(LinePlot.Draw("s", "connections",
            ("connections", samples.Select(sample => (sample.Second, sample.Connections * 1.0)))));
        foreach ((string what, List<double[]> quantiles) in report.Latencies)
        {
            page.Append("<h2>Latency, ").Append(Escape(what)).Append("</h2>").Append(LinePlot.Draw("% of the deliveries", "ms",
                (what, quantiles.Select(point => (point[0], point[1])))));
        }

        page.Append("<h2>Garbage collector</h2>").Append(LinePlot.Draw("server", "ms",
            ("pauses since the start, all together", report.Pauses.Values.Select((pause, i) => (i * 1.0, pause[0] * 1000))),
            ("mean pause", report.Pauses.Values.Select((pause, i) => (i * 1.0, pause[0] * 1000 / Math.Max(1, pause[1]))))));
    }

    private static IEnumerable<(double X, double Y)> Rates(MachineSample[] samples)
    {
        for (int i = RateSeconds; i < samples.Length; i++)
        {
            (MachineSample from, MachineSample to) = (samples[i - RateSeconds], samples[i]);
            yield return (to.Second, (to.Connections - from.Connections) / (to.Second - from.Second));
        }
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
