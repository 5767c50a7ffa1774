using System.Diagnostics;
using Node.Load.Stats;

namespace Node.Load.Run;

/// <summary>
/// The parent of a run: starts the workers, tells them all what to do next, and reads the server's CPU time and
/// memory at the same moments. It sends nothing itself, so that it takes no part in what it measures.
/// </summary>
internal sealed class Coordinator(string scenario, IReadOnlyList<string> arguments)
{
    /// <summary>From this share of one CPU on a single thread counts as busy.</summary>
    private const double Busy = 0.9;

    private static readonly TimeSpan s_longestWarmup = TimeSpan.FromSeconds(30);

    private readonly LoadOptions _options = LoadOptions.Parse(arguments);

    /// <exception cref="InvalidOperationException">The server refused, or a worker failed.</exception>
    /// <exception cref="IOException">The server's process is gone.</exception>
    public async Task<LoadReport> RunAsync()
    {
        // Made and thrown away: bad arguments are said here, before a process is started.
        Worker.Create(scenario, _options).Dispose();
        List<WorkerProcess> workers = [];
        try
        {
            for (int i = 0; i < _options.Processes; i++)
            {
                workers.Add(WorkerProcess.Start(scenario, arguments, i, _options.Cpus));
            }

            LoadReport report = new()
            {
                Scenario = scenario,
                Target = $"{string.Join(',', _options.Servers)}{(_options.Protocol == "raw" ? _options.Path : " " + _options.Protocol)}",
                Connections = _options.Connections,
                Payload = _options.Payload,
                Depth = _options.Depth,
                Rate = _options.Rate,
                Slow = Enumerable.Range(0, _options.Processes).Sum(i => (_options with { Worker = i }).OwnSlow),
            };
            return scenario == "idle"
                ? await RunIdleAsync(workers, report).ConfigureAwait(false)
                : await RunLoadAsync(workers, report).ConfigureAwait(false);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private static void TellAll(List<WorkerProcess> workers, string command)
    {
        workers.ForEach(worker => worker.Tell(command));
        workers.ForEach(worker => worker.AwaitDone());
    }

    private async Task<LoadReport> RunIdleAsync(List<WorkerProcess> workers, LoadReport report)
    {
        int pid = _options.Pids.Count > 0 ? _options.Pids[0] : throw new ArgumentException("idle reads the server's memory: it needs --pid.");
        TellAll(workers, "warm");
        long before = await ReadMemoryAsync(pid).ConfigureAwait(false);
        TellAll(workers, "connect");
        long after = await ReadMemoryAsync(pid).ConfigureAwait(false);
        TellAll(workers, "measure");
        workers.ForEach(worker => worker.Tell("stop"));
        WorkerResult[] results = [.. workers.Select(worker => worker.AwaitResult())];
        return WithCounts(report, results) with
        {
            RssBaseBytes = before,
            RssBytes = after,
            RssBytesPerConnection = (double)(after - before) / _options.Connections,
        };
    }

    private async Task<LoadReport> RunLoadAsync(List<WorkerProcess> workers, LoadReport report)
    {
        TellAll(workers, "connect");
        long? before = ReadSlowMemory();
        TellAll(workers, "start");
        await WarmUpAsync().ConfigureAwait(false);

        TellAll(workers, "measure");
        ProcessSample[] first = Sample();
        long from = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(_options.Seconds)).ConfigureAwait(false);

        // Before they are told: then those that did not read read again, and memory is given back.
        long? after = ReadSlowMemory();
        workers.ForEach(worker => worker.Tell("stop"));
        ProcessSample[] last = Sample();
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        WorkerResult[] results = [.. workers.Select(worker => worker.AwaitResult())];

        LoadReport counted = WithCounts(report, results) with
        {
            Seconds = seconds,
            RssBaseBytes = before,
            RssBytes = after,
            OperationsPerSecond = results.Sum(result => result.Operations) / seconds,
            LoadCpus = results.Sum(result => result.CpuSeconds) / seconds,
            BusiestLoadCpus = results.Max(result => result.CpuSeconds) / seconds,
        };
        return first.Length == 0 ? counted : WithServer(counted, last, first);
    }

    /// <summary>
    /// A server that compiles while it runs is warm after so much work, not after so much time: on a busy machine the
    /// same seconds hold less of it.
    /// </summary>
    private async Task WarmUpAsync()
    {
        long from = Stopwatch.GetTimestamp();
        ProcessSample[] first = Sample();
        await Task.Delay(TimeSpan.FromSeconds(_options.Warmup)).ConfigureAwait(false);
        while (first.Length > 0 && Stopwatch.GetElapsedTime(from) < s_longestWarmup && CpuSeconds(Sample(), first) < _options.WarmupCpu)
        {
            await Task.Delay(100).ConfigureAwait(false);
        }
    }

    private static LoadReport WithCounts(LoadReport report, WorkerResult[] results)
    {
        var latency = new LatencyHistogram();
        foreach (WorkerResult result in results)
        {
            latency.Add(result.Latency, result.MaxNanoseconds);
        }

        return report with
        {
            Operations = results.Sum(result => result.Operations),
            Sent = results.Sum(result => result.Sent),
            Lost = results.Sum(result => result.Lost),
            Duplicates = results.Sum(result => result.Duplicates),
            Errors = results.Sum(result => result.Errors),
            FirstError = results.Select(result => result.FirstError).FirstOrDefault(error => error is not null),
            Held = results.Sum(result => result.Held),
            SlowClosed = results.Sum(result => result.SlowClosed),
            SlowMissed = results.Sum(result => result.SlowMissed),
            Uncompressed = results.Sum(result => result.Uncompressed),
            P50Microseconds = latency.Quantile(0.5) / 1e3,
            P99Microseconds = latency.Quantile(0.99) / 1e3,
            P999Microseconds = latency.Quantile(0.999) / 1e3,
            MaxMicroseconds = latency.Max / 1e3,
        };
    }

    private ProcessSample[] Sample() => [.. _options.Pids.Select(ProcessSample.Take)];

    private static double CpuSeconds(ProcessSample[] last, ProcessSample[] first) =>
        last.Zip(first, (later, earlier) => later.CpuSecondsSince(earlier)).Sum();

    private static LoadReport WithServer(LoadReport report, ProcessSample[] last, ProcessSample[] first)
    {
        double cpu = CpuSeconds(last, first);
        double cpus = cpu / report.Seconds;
        return report with
        {
            ServerCpuSeconds = cpu,
            ServerCpuMicrosecondsPerOperation = report.Operations == 0 ? null : cpu * 1e6 / report.Operations,
            ServerCpus = cpus,
            ServerWaitingCpus = last.Zip(first, (later, earlier) => later.WaitSecondsSince(earlier)).Sum() / report.Seconds,
            Bottleneck = cpus >= Busy ? "the server"
                : report.BusiestLoadCpus >= Busy ? "the load generator"
                : report.Rate > 0 ? "none: the rate is fixed"
                : "neither: both wait for each other, or for a CPU",
        };
    }

    /// <summary>Somebody who does not read is paid for in the server's memory.</summary>
    private long? ReadSlowMemory() => _options is { Slow: > 0, Pids.Count: > 0 } ? ProcessSample.ReadResidentBytes(_options.Pids[0]) : null;

    private async Task<long> ReadMemoryAsync(int pid)
    {
        await Task.Delay(TimeSpan.FromSeconds(_options.Settle)).ConfigureAwait(false);
        if (_options.GcUrl is string url)
        {
            using var http = new HttpClient();
            http.DefaultRequestHeaders.ConnectionClose = true;
            (await http.GetAsync(new Uri(url)).ConfigureAwait(false)).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(_options.Settle)).ConfigureAwait(false);
        }

        return ProcessSample.ReadResidentBytes(pid);
    }
}
