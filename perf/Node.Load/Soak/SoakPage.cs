using System.Globalization;
using Node.Load.Reports;

namespace Node.Load.Soak;

/// <summary>A report as one page.</summary>
internal static class SoakPage
{
    private const double MiB = 1024 * 1024;

    public static string Draw(SoakReport report)
    {
        var page = new Page(Text($"Soak, {RunReport.Number(report.LoadSeconds / 3600)} hours"));
        page.Paragraph(Text($"{report.StartedAt:yyyy-MM-dd HH:mm} UTC. {report.Machine}. One standalone server; {report.Results.Count} scenarios at once, scale {report.Scale}."));
        page.Paragraph(report.Holds ? "All holds." : "Not all holds:", report.Holds ? "met" : "missed");
        foreach (string breach in report.Breaches())
        {
            page.Paragraph(breach, "missed");
        }

        page.Table(["scenario", "what its users do"], report.What.Select(what => (IReadOnlyList<string>)[what.Key, what.Value]));
        AddSteps(page, report);
        AddPlots(page, report);
        page.Heading("What was asked for, and what came");
        page.Figures(report);
        return page.End();
    }

    private static void AddSteps(Page page, SoakReport report)
    {
        page.Heading("Steps");
        page.Table(
            ["scenario", "step", "#ok", "#failed", "#a second", "#p50 ms", "#p99 ms", "#p99.9 ms", "#most ms"],
            from result in report.Results
            from step in result.Steps
            select (IReadOnlyList<string>)
            [
                result.Scenario, step.Step, Text($"{step.Ok:N0}"), Text($"{step.Failed:N0}"), RunReport.Number(step.Ok / Math.Max(1e-3, report.LoadSeconds)),
                RunReport.Number(step.P50), RunReport.Number(step.P99), RunReport.Number(step.P999), RunReport.Number(step.Max),
            ]);
        string[][] reasons = [.. report.Results.SelectMany(result => result.Reasons.Select(reason => (string[])[result.Scenario, reason.Key, Text($"{reason.Value:N0}")]))];
        if (reasons.Length > 0)
        {
            page.Heading("Why steps failed");
            page.Table(["scenario", "reason", "#times"], reasons);
        }
    }

    private static void AddPlots(Page page, SoakReport report)
    {
        List<SoakPoint> points = report.Points;
        page.Plot("Memory of the server", "minutes", "MiB", Server("resident", sample => sample.Resident / MiB), Server("managed heap after a collection", sample => sample.Heap / MiB));
        page.Plot("Handles", "minutes", "open", Server("descriptors", sample => sample.Descriptors), Server("threads", sample => sample.Threads), Server("connections", sample => sample.Connections));
        page.Plot("Users", "minutes", "users", Scenarios(report, (point, _) => point.Users));
        page.Plot("Steps and deliveries that went well", "minutes", "a second", Scenarios(report, (point, seconds) => point.Ok / seconds));
        page.Plot("Steps that failed", "minutes", "", Scenarios(report, (point, _) => point.Failed));
        page.Plot("Latency, 99th percentile", "minutes", "ms", Scenarios(report, (point, _) => point.P99));
        page.Plot("Latency, median", "minutes", "ms", Scenarios(report, (point, _) => point.P50));
        page.Plot("Queues and history", "minutes", "KiB", Server("waits for slow consumers", sample => sample.Queued / 1024), Server("remembered by rooms", sample => sample.History / 1024));
        page.Plot("Out of their pools", "minutes", "objects", Server("frames and queues", sample => sample.Rented));
        page.Plot("Rooms and memberships", "minutes", "", Server("rooms", sample => sample.Rooms), Server("memberships", sample => sample.Members));
        page.Plot("Dropped messages", "minutes", "a second", Rate("drop_oldest", sample => sample.DroppedOldest), Rate("latest_only", sample => sample.DroppedConflated), Rate("close", sample => sample.DroppedAtClose));
        page.Plot("Garbage collector of the server", "minutes", "", Rate("ms a second that it held the server up", sample => sample.PauseSeconds * 1000), Rate("collections a second", sample => sample.Collections));
        page.Plot("CPUs of the server", "minutes", "CPUs", Rate("server", sample => sample.CpuSeconds));

        (string, IEnumerable<(double, double)>) Server(string title, Func<ServerSample, double> read) =>
            (title, points.Select(point => (point.Server.Second / 60, read(point.Server))));

        (string, IEnumerable<(double, double)>) Rate(string title, Func<ServerSample, double> read) => (title, points.Skip(1).Zip(points, (now, before) =>
            (now.Server.Second / 60, (read(now.Server) - read(before.Server)) / Seconds(now, before))));
    }

    private static (string, IEnumerable<(double, double)>)[] Scenarios(SoakReport report, Func<ScenarioPoint, double, double> read) =>
    [
        .. report.Results.Select((result, i) => (result.Scenario, report.Points.Skip(1).Zip(report.Points, (now, before) =>
            (now.Server.Second / 60, i < now.Scenarios.Count ? read(now.Scenarios[i], Seconds(now, before)) : 0)))),
    ];

    private static double Seconds(SoakPoint now, SoakPoint before) => Math.Max(1e-3, now.Server.Second - before.Server.Second);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
