using System.Diagnostics;
using System.Runtime.InteropServices;
using Node.Load.Stats;

namespace Node.Load.Soak;

/// <summary>
/// Hours of load on a server: a warm-up, rest, the load, rest again; what the server holds at rest must be what it held. Ends what it has started,
/// also when it is told to stop.
/// </summary>
internal sealed class SoakRun(SoakOptions options)
{
    private const int MostPoints = 600;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_restLook = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly IReadOnlyList<SoakScenario> _scenarios = SoakCatalogue.Pick(options.Only);
    private readonly SoakConsole _console = new(!Console.IsOutputRedirected);
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    private ServerSample? _latest;

    private double Second => Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;

    /// <returns>0: all holds; 1: it could not be run; 3: something does not hold.</returns>
    public async Task<int> RunAsync()
    {
        // Now, not after hours.
        Directory.CreateDirectory(options.Results);
        using var end = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        var report = new SoakReport
        {
            Machine = $"{Environment.ProcessorCount} cores, {MachineSample.Take(0, 0, 0).Total >> 30} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            Hours = options.Hours, Scale = options.Scale, What = _scenarios.ToDictionary(scenario => scenario.Name, scenario => scenario.What),
        };
        try
        {
            using SoakServer server = await SoakServer.StartAsync(options, stop.Token).ConfigureAwait(false);
            using var load = new SoakLoad(server.Target, _scenarios, options.Scale);
            await RunAsync(server, load, report, end.Token, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            report.Problem = "it was told twice to stop";
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException)
        {
            report.Problem = fault.Message;
        }

        if (report is { Before: null, Problem: { } problem })
        {
            await Console.Error.WriteLineAsync($"the load has not begun: {problem}").ConfigureAwait(false);
            return 1;
        }

        await WriteAsync(report).ConfigureAwait(false);
        return report.Holds ? 0 : 3;

        // The first one ends the load, and the report says how far it came; the second one ends everything.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            (end.IsCancellationRequested ? stop : end).Cancel();
        }
    }

    private async Task RunAsync(SoakServer server, SoakLoad load, SoakReport report, CancellationToken end, CancellationToken stop)
    {
        _console.Say($"server: process {server.Target.Pid}, ws://{server.Target.Node}/ws, {server.Target.Metrics}");
        ServerSample unloaded = await SampleAsync(server, stop).ConfigureAwait(false);
        _console.Begin($"warm-up of {options.Warmup:F0} s, then {options.Hours:0.####} hours: {string.Join(", ", _scenarios.Select(scenario => scenario.Name))}");
        await LoadAsync(server, load, null, options.Warmup, end, stop).ConfigureAwait(false);
        _console.Begin("rest, which is what is measured from");
        report.Before = await RestAsync(server, sample => SoakJudge.IsEmpty(sample, unloaded), stop).ConfigureAwait(false);

        _console.Begin("load");
        double from = Second;
        try
        {
            await LoadAsync(server, load, report, options.Hours * 3600, end, stop).ConfigureAwait(false);
        }
        catch (InvalidOperationException fault)
        {
            // What hours have shown until then is not lost.
            report.Problem = fault.Message;
            await load.EndAsync().ConfigureAwait(false);
        }

        report.LoadSeconds = Second - from;
        report.Results.AddRange(await load.ResultAsync().ConfigureAwait(false));
        foreach ((SoakScenario scenario, ScenarioResult result) in _scenarios.Zip(report.Results))
        {
            SoakJudge.Judge(report, scenario, result, report.LoadSeconds, options.MostP99Ms);
        }

        SoakJudge.AddServer(report, report.Points, from + options.Warmup);
        if (report.Problem is not null)
        {
            return;
        }

        _console.Begin("rest again");
        report.After = await RestAsync(server, sample => SoakJudge.IsAtRest(report.Before, sample, options.MemoryMiB), stop).ConfigureAwait(false);
        SoakJudge.CompareRest(report, report.Before, report.After, options.MemoryMiB);
    }

    private async Task LoadAsync(SoakServer server, SoakLoad load, SoakReport? report, double seconds, CancellationToken end, CancellationToken stop)
    {
        double from = Second;
        double every = Math.Max(s_look.TotalSeconds, seconds / MostPoints);
        double pointAt = from;
        await load.BeginAsync().ConfigureAwait(false);
        while (Second - from < seconds && !end.IsCancellationRequested)
        {
            ServerSample sample = await SampleAsync(server, stop, s_patience).ConfigureAwait(false);
            _console.Show(seconds - (Second - from), await load.SecondAsync().ConfigureAwait(false), sample);
            if (report is not null && Second >= pointAt)
            {
                pointAt += every;
                report.Points.Add(new SoakPoint(sample with { Second = sample.Second - from }, await load.PointAsync().ConfigureAwait(false)));
            }

            await WaitAsync(Math.Min(s_look.TotalSeconds, seconds - (Second - from)), end).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }

        await load.EndAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until nothing of the load is there any more and memory stands still: the server collects by itself when it has come to rest.
    /// </summary>
    private async Task<ServerSample> RestAsync(SoakServer server, Func<ServerSample, bool> isThere, CancellationToken stop)
    {
        long from = Stopwatch.GetTimestamp();
        ServerSample sample = await SampleAsync(server, stop).ConfigureAwait(false);
        while (true)
        {
            await Task.Delay(s_restLook, stop).ConfigureAwait(false);
            ServerSample before = sample;
            sample = await SampleAsync(server, stop).ConfigureAwait(false);
            bool standsStill = Math.Abs(sample.Resident - before.Resident) < 0.01 * before.Resident && sample.Heap <= before.Heap;
            if ((standsStill && isThere(sample)) || Stopwatch.GetElapsedTime(from).TotalSeconds >= options.SettleSeconds)
            {
                return sample;
            }
        }
    }

    /// <param name="server">Whose metrics are asked.</param>
    /// <param name="stop">Ends everything.</param>
    /// <param name="patience">For so long an older sample does, where they do not answer.</param>
    /// <exception cref="InvalidOperationException">The server has ended, or has not answered.</exception>
    private async Task<ServerSample> SampleAsync(SoakServer server, CancellationToken stop, TimeSpan patience = default)
    {
        try
        {
            return _latest = await ServerSample.TakeAsync(s_http, server.Target, Second, stop).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return server.Ended is null && _latest is { } sample && Second - sample.Second < patience.TotalSeconds
                ? sample
                : throw new InvalidOperationException(server.Ended ?? $"{server.Target.Metrics} does not answer: {fault.Message}", fault);
        }
    }

    private static async Task WaitAsync(double seconds, CancellationToken end)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, seconds)), end).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop that waits looks by itself.
        }
    }

    private async Task WriteAsync(SoakReport report)
    {
        Console.WriteLine();
        Console.Write(report.ToTable());
        string name = Path.Combine(options.Results, "soak");
        await File.WriteAllTextAsync(name + ".json", report.ToJson()).ConfigureAwait(false);
        await File.WriteAllTextAsync(name + ".html", SoakPage.Draw(report)).ConfigureAwait(false);
        foreach (string breach in report.Breaches())
        {
            Console.WriteLine($"BREACH {breach}");
        }

        Console.WriteLine($"{(report.Holds ? "all holds" : "not all holds")}: {name}.html, {name}.json");
    }
}
