using System.Globalization;
using Node.Load.Reports;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>A report as one page.</summary>
internal static class MillionPage
{
    private const double MiB = 1024 * 1024;
    private const int RateSeconds = 5;

    public static string Draw(MillionReport report)
    {
        var page = new Page(string.Create(CultureInfo.InvariantCulture, $"{report.Connections:N0} connections"));
        page.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.StartedAt:yyyy-MM-dd HH:mm} UTC. {report.Machine}. {report.Nodes} connect-nodes, {report.Processes} load processes, one controller-manager, one push-manager."));
        page.Figures(report);
        AddPlots(page, report);
        return page.End();
    }

    private static void AddPlots(Page page, MillionReport report)
    {
        List<MachineSample> samples = report.Samples;
        int full = samples.FindIndex(sample => sample.Connections >= report.Connections);
        MachineSample[] growing = [.. samples.Take(full < 0 ? samples.Count : full + 1)];
        page.Plot(
            "Memory over connections", "connections", "MiB",
            ("servers, user space", growing.Select(sample => (sample.Connections * 1.0, sample.Servers / MiB))),
            ("kernel slab", growing.Select(sample => (sample.Connections * 1.0, sample.Slab / MiB))),
            ("machine in use", growing.Select(sample => (sample.Connections * 1.0, sample.Used / MiB))));
        page.Plot("Connect rate over time", "s", "connections/s", ("connect rate", Rates(growing)));
        page.Plot("Connections over time", "s", "connections", ("connections", samples.Select(sample => (sample.Second, sample.Connections * 1.0))));
        foreach ((string what, List<double[]> quantiles) in report.Latencies)
        {
            page.Plot($"Latency, {what}", "% of the deliveries", "ms", (what, quantiles.Select(point => (point[0], point[1]))));
        }

        page.Plot(
            "Garbage collector", $"server: 0 controller-manager, 1 push-manager, 2 to {report.Nodes + 1} connect-nodes", "ms",
            ("pauses since the start, all together", report.Pauses.Values.Select((pause, i) => (i * 1.0, pause[0] * 1000))),
            ("mean pause", report.Pauses.Values.Select((pause, i) => (i * 1.0, pause[0] * 1000 / Math.Max(1, pause[1])))));
    }

    private static IEnumerable<(double X, double Y)> Rates(MachineSample[] samples)
    {
        for (int i = RateSeconds; i < samples.Length; i++)
        {
            (MachineSample from, MachineSample to) = (samples[i - RateSeconds], samples[i]);
            yield return (to.Second, (to.Connections - from.Connections) / (to.Second - from.Second));
        }
    }
}
