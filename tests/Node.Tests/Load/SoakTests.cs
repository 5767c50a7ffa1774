using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Node.Tests.Cluster.Processes;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Load;

/// <summary>What <c>./build.sh perf soak</c> does for hours, for seconds, on a server of its own. Latencies and memory of a busy machine are not judged.</summary>
public sealed class SoakTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(150);

    private readonly TestFolder _folder = new();
    private readonly List<int> _runs = [];

    [Fact]
    public async Task Every_scenario_does_its_work_and_the_server_ends_as_it_began()
    {
        using Process run = Start("--hours", "0.0037", "--warmup", "3", "--scale", "0.15", "--settle", "30", "--p99", "60000", "--memory", "200");
        string output = await EndAsync(run);

        Assert.True(run.ExitCode == 0, output);
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(_folder.At("soak.json")));
        foreach ((string scenario, string step) in ((string, string)[])[
            ("chat", "publish"), ("market", "delivery"), ("notify", "notify"), ("storm", "join"), ("slow", "delivery"), ("churn", "leave")])
        {
            Assert.True(Ok(report, scenario, step) > 0, $"{scenario} has done no {step}: {output}");
        }

        // Each of them joins once; those that a storm has hit, again.
        Assert.True(Ok(report, "storm", "join") > Ok(report, "storm", "goodbye"), output);
        Assert.Contains("</svg>", await File.ReadAllTextAsync(_folder.At("soak.html")), StringComparison.Ordinal);
        AssertNothingIsLeft(output);
    }

    [Fact]
    public async Task A_threshold_that_is_missed_fails_the_run_and_says_which()
    {
        using Process run = Start("--only", "churn", "--hours", "0.0004", "--warmup", "1", "--p99", "0.00001", "--memory", "200");
        string output = await EndAsync(run);

        Assert.True(run.ExitCode == 3, output);
        Assert.Contains("BREACH churn: p99 of join is", output, StringComparison.Ordinal);
        AssertNothingIsLeft(output);
    }

    [Fact]
    public async Task Told_to_stop_it_ends_the_load_and_reports_what_there_was()
    {
        using Process run = Start("--only", "chat", "--hours", "10", "--warmup", "1", "--p99", "60000", "--memory", "200");
        string begun = await ReadUntilAsync(run, "load");
        await EtcdServer.SignalAsync("-TERM", run.Id);
        string output = begun + await EndAsync(run);

        Assert.True(run.ExitCode is 0 or 3, output);
        Assert.Contains("soak.html", output, StringComparison.Ordinal);
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(_folder.At("soak.json")));
        Assert.InRange(report.GetProperty("load_seconds").GetDouble(), 0, s_patience.TotalSeconds);
        AssertNothingIsLeft(output);
    }

    [Fact]
    public async Task Its_server_does_not_outlive_it_when_it_is_killed()
    {
        using Process run = Start("--only", "chat", "--hours", "10", "--warmup", "60");
        using Process server = ServerOf(await ReadUntilAsync(run, "server: process"));
        run.Kill();

        await server.WaitForExitAsync().WaitAsync(s_patience);
    }

    [Fact]
    public async Task Somebody_who_asks_for_what_there_is_not_is_told_and_nothing_is_started()
    {
        using Process run = Start("--only", "chess");
        string output = await EndAsync(run);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--only chess: there are chat, market", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        // Where a test has failed before its run's end.
        foreach (int run in _runs)
        {
            Kill(run);
        }

        _folder.Dispose();
    }

    private static void Kill(int id)
    {
        try
        {
            using var run = Process.GetProcessById(id);
            run.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended, as it should.
        }
    }

    private Process Start(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the load is on epoll");
        var start = new ProcessStartInfo(
            ClusterProcess.Executable("Node.Load"), ["soak", .. arguments, "--results", _folder.Root, "--configuration", ClusterProcess.Configuration])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Directory.CreateDirectory(_folder.At("temporary"));
        start.Environment["TMPDIR"] = _folder.At("temporary");
        Process run = Process.Start(start)!;
        _runs.Add(run.Id);
        return run;
    }

    private static async Task<string> ReadUntilAsync(Process run, string text)
    {
        var read = new System.Text.StringBuilder();
        while (await run.StandardOutput.ReadLineAsync().WaitAsync(s_patience) is { } line)
        {
            read.AppendLine(line);
            if (line.StartsWith(text, StringComparison.Ordinal))
            {
                break;
            }
        }

        return read.ToString();
    }

    private static async Task<string> EndAsync(Process run)
    {
        Task<string> output = run.StandardOutput.ReadToEndAsync();
        Task<string> errors = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync().WaitAsync(s_patience);
        return await output + await errors;
    }

    private static long Ok(JsonElement report, string scenario, string step) => report.GetProperty("results").EnumerateArray()
        .First(result => result.GetProperty("scenario").GetString() == scenario).GetProperty("steps").EnumerateArray()
        .Where(one => one.GetProperty("step").GetString() == step).Sum(one => one.GetProperty("ok").GetInt64());

    private static Process ServerOf(string output)
    {
        string words = output[(output.IndexOf("server: process ", StringComparison.Ordinal) + "server: process ".Length)..];
        return Process.GetProcessById(int.Parse(words[..words.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture));
    }

    private void AssertNothingIsLeft(string output)
    {
        Assert.Empty(Directory.GetFileSystemEntries(_folder.At("temporary"), "soak-*"));
        Assert.Throws<ArgumentException>(() => ServerOf(output));
    }
}
