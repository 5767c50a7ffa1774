using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Node.Load.Run;

/// <summary>What a run found out: printed as a table, written as JSON.</summary>
internal sealed record LoadReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public required string Scenario { get; init; }
    public required string Target { get; init; }
    public int Connections { get; init; }
    public int Payload { get; init; }
    public int Depth { get; init; }
    public double Rate { get; init; }
    public double Seconds { get; init; }
    public long Operations { get; init; }
    public double OperationsPerSecond { get; init; }
    public long Sent { get; init; }
    public long Lost { get; init; }
    public long Duplicates { get; init; }
    public long Errors { get; init; }
    public string? FirstError { get; init; }
    public long Held { get; init; }

    /// <summary>Members that stopped reading; how many of them were closed, and what did not come to the others of them, in messages.</summary>
    public int Slow { get; init; }
    public int SlowClosed { get; init; }
    public long SlowMissed { get; init; }
    public long Uncompressed { get; init; }

    /// <summary>Of the server, all threads, user and system; null without --pid.</summary>
    public double? ServerCpuSeconds { get; init; }
    public double? ServerCpuMicrosecondsPerOperation { get; init; }

    /// <summary>CPUs' worth of time that the server used, and waited for while others had them.</summary>
    public double? ServerCpus { get; init; }
    public double? ServerWaitingCpus { get; init; }

    /// <summary>CPUs' worth of time: of all workers, and of the busiest one, which is one thread.</summary>
    public double LoadCpus { get; init; }
    public double BusiestLoadCpus { get; init; }
    public string? Bottleneck { get; init; }
    public double? P50Microseconds { get; init; }
    public double? P99Microseconds { get; init; }
    public double? P999Microseconds { get; init; }
    public double? MaxMicroseconds { get; init; }
    public long? RssBaseBytes { get; init; }
    public long? RssBytes { get; init; }
    public double? RssBytesPerConnection { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToTable()
    {
        var table = new StringBuilder();
        Line(table, "scenario", $"{Scenario} {Target}");
        Line(table, "connections", $"{Connections}");
        if (RssBytes is not null)
        {
            Line(table, "RSS before, after", $"{RssBaseBytes / 1024} KiB, {RssBytes / 1024} KiB");
        }

        if (RssBytesPerConnection is not null)
        {
            Line(table, "RSS per connection", $"{RssBytesPerConnection:F0} B");
        }

        if (Operations > 0)
        {
            Line(table, "payload, depth, rate", $"{Payload} B, {Depth}, {Rate:F0}/s");
            Line(table, "operations", $"{Operations} in {Seconds:F2} s, {OperationsPerSecond:F0}/s");
            Line(table, "server CPU per operation", $"{ServerCpuMicrosecondsPerOperation:F3} µs");
            Line(table, "latency p50, p99", $"{P50Microseconds:F0} µs, {P99Microseconds:F0} µs");
            Line(table, "latency p99.9, max", $"{P999Microseconds:F0} µs, {MaxMicroseconds:F0} µs");
            Line(table, "CPUs: server, it waited", $"{ServerCpus:F2}, {ServerWaitingCpus:F2}");
            Line(table, "CPUs: load, busiest", $"{LoadCpus:F2}, {BusiestLoadCpus:F2}");
            Line(table, "bottleneck", Bottleneck ?? "unknown without --pid");
        }

        if (Slow > 0)
        {
            Line(table, "slow: closed, missed", $"{SlowClosed} of {Slow}, {SlowMissed} messages");
        }

        Line(table, "lost, duplicates, held", $"{Lost}, {Duplicates}, {Held}");
        Line(table, "errors", $"{Errors} {FirstError}");
        return table.ToString();
    }

    private static void Line(StringBuilder table, string name, FormattableString value) =>
        Line(table, name, value.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder table, string name, string value) =>
        table.Append(CultureInfo.InvariantCulture, $"  {name,-26}{value}").AppendLine();
}
