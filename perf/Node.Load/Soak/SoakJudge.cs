using System.Globalization;
using Node.Load.Reports;

namespace Node.Load.Soak;

/// <summary>What is asked for: each scenario's thresholds, and that the server ends as it began.</summary>
internal static class SoakJudge
{
    private const double MiB = 1024 * 1024;

    // By how much a value at rest may have grown. Memory: what one more thread's stack, arena and compiled code take; a leak of a hundred bytes a
    // connection or room is more than that within an hour.
    private static Rest[] RestOf(double memoryMiB) =>
    [
        new("resident memory", "MiB", sample => sample.Resident / MiB, 0.10, memoryMiB),
        new("managed heap", "MiB", sample => sample.Heap / MiB, 0.05, 1),
        new("open descriptors", "", sample => sample.Descriptors, 0, 4),
        new("threads", "", sample => sample.Threads, 0, 8),
        new("connections", "", sample => sample.Connections, 0, 0),
        new("users", "", sample => sample.Users, 0, 0),
        new("rooms", "", sample => sample.Rooms, 0, 0),
        new("memberships", "", sample => sample.Members, 0, 0),
        new("bytes in queues", "B", sample => sample.Queued, 0, 0),
        new("frames and queues out of their pools", "", sample => sample.Rented, 0, 0),
        new("bytes that rooms remember", "B", sample => sample.History, 0, 0),
        new("users, rooms, … that the controller knows", "", sample => sample.Controlled, 0, 0),
    ];

    private sealed record Rest(string Name, string Unit, Func<ServerSample, double> Read, double Share, double Absolute)
    {
        public double Goal(ServerSample before) => Read(before) + Math.Max(Absolute, Share * Read(before));
    }

    /// <summary>Whether the server is where it was: what may take a while after a load.</summary>
    public static bool IsAtRest(ServerSample before, ServerSample after, double memoryMiB) => RestOf(memoryMiB).All(rest => rest.Read(after) <= rest.Goal(before));

    /// <summary>Whether nothing of a load is there any more, whatever was there before.</summary>
    public static bool IsEmpty(ServerSample sample, ServerSample unloaded) =>
        RestOf(0).Where(rest => rest is { Share: 0, Absolute: 0 }).All(rest => rest.Read(sample) <= rest.Read(unloaded));

    /// <summary>A figure for each value that must end where it began.</summary>
    /// <param name="report">Takes them.</param>
    /// <param name="before">At rest, after a warm-up.</param>
    /// <param name="after">At rest, after the load.</param>
    /// <param name="memoryMiB">By which resident memory may have grown, if a tenth of it is less.</param>
    public static void CompareRest(RunReport report, ServerSample before, ServerSample after, double memoryMiB)
    {
        foreach (Rest rest in RestOf(memoryMiB))
        {
            report.AtMost("at rest", string.Create(CultureInfo.InvariantCulture, $"{rest.Name} (was {RunReport.Number(rest.Read(before))})"),
                rest.Read(after), rest.Unit, rest.Goal(before), isRequired: true);
        }

        report.AtMost("at rest", "faults of handlers and loops, failed accepts", after.Faults - before.Faults, "", 0, isRequired: true);
    }

    /// <summary>Figures of one scenario.</summary>
    /// <param name="report">Takes them.</param>
    /// <param name="scenario">Whose thresholds hold.</param>
    /// <param name="result">What it has counted.</param>
    /// <param name="seconds">That the load has lasted.</param>
    /// <param name="mostP99Ms">In place of the scenario's own; null: that.</param>
    public static void Judge(RunReport report, SoakScenario scenario, ScenarioResult result, double seconds, double? mostP99Ms = null)
    {
        report.AtLeast(scenario.Name, "steps and deliveries that went well", result.Ok, "", 1, isRequired: true);
        report.Add(scenario.Name, "of them a second", result.Ok / Math.Max(1e-3, seconds), "/s");
        report.AtMost(scenario.Name, "steps that failed", 100.0 * result.Failed / Math.Max(1, result.Ok + result.Failed), "%", 100 * scenario.MostFailedShare, isRequired: true);
        report.AtMost(scenario.Name, "messages lost, repeated or out of order", result.Disorder, "", 0, isRequired: true);
        foreach (StepResult step in result.Steps.Where(step => step.Ok > 0))
        {
            report.AtMost(scenario.Name, $"p99 of {step.Step}", step.P99, "ms", mostP99Ms ?? scenario.MostP99Ms, isRequired: true);
        }
    }

    /// <summary>What was asked of the server under load, and what it cost.</summary>
    public static void AddServer(RunReport report, IReadOnlyList<SoakPoint> points, double warmSeconds)
    {
        if (points.Count < 2)
        {
            return;
        }

        (ServerSample first, ServerSample last) = (points[0].Server, points[^1].Server);
        double seconds = last.Second - first.Second;
        report.Add("server", "CPUs", last.CpusSince(first), "");
        report.Add("server", "messages sent", (last.Sent - first.Sent) / seconds, "/s");
        report.Add("server", "most connections", points.Max(point => point.Server.Connections), "");
        report.Add("server", "most resident memory", points.Max(point => point.Server.Resident) / MiB, "MiB");
        report.Add("server", "resident memory under load, growth", Slope(points, warmSeconds, sample => sample.Resident / MiB), "MiB/h");
        report.Add("server", "managed heap under load, growth", Slope(points, warmSeconds, sample => sample.Heap / MiB), "MiB/h");
        report.Add("server", "most bytes in queues", points.Max(point => point.Server.Queued) / MiB, "MiB");
        report.Add("server", "dropped by drop_oldest", last.DroppedOldest - first.DroppedOldest, "");
        report.Add("server", "dropped by latest_only", last.DroppedConflated - first.DroppedConflated, "");
        report.Add("server", "dropped at a close with 3008", last.DroppedAtClose - first.DroppedAtClose, "");
        report.Add("server", "collections", last.Collections - first.Collections, "");
        report.Add("server", "held up by them", (last.PauseSeconds - first.PauseSeconds) * 1000 / seconds, "ms/s");
    }

    /// <summary>Growth an hour of the line that fits the points best, from a moment on.</summary>
    internal static double Slope(IReadOnlyList<SoakPoint> points, double fromSecond, Func<ServerSample, double> read)
    {
        (double Hour, double Value)[] taken = [.. points.Where(point => point.Server.Second >= fromSecond).Select(point => (point.Server.Second / 3600, read(point.Server)))];
        if (taken.Length < 3)
        {
            return 0;
        }

        double hour = taken.Average(point => point.Hour);
        double value = taken.Average(point => point.Value);
        double spread = taken.Sum(point => (point.Hour - hour) * (point.Hour - hour));
        return spread == 0 ? 0 : taken.Sum(point => (point.Hour - hour) * (point.Value - value)) / spread;
    }
}
