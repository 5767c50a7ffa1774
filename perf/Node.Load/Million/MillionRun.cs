using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Node.Load.Run;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>
/// A crowd on a whole cluster, all on this machine: connected, held, pushed to, some of it robbed of its node. Ends what it has started, also when
/// it is told to stop.
/// </summary>
internal sealed class MillionRun(MillionOptions options)
{
    private const double BytesPerConnectionGoal = 768;
    private const double BaseGoalMiB = 60;
    private const double MachineGoalMiB = 14 * 1024;
    private const double ConnectGoal = 8000;
    private const int LeastSettleSeconds = 10;
    private const int MostSettleSeconds = 45;
    private const int RestSeconds = 5;

    private static readonly TimeSpan s_stalled = TimeSpan.FromSeconds(30);

    /// <returns>0: all holds; 1: it could not be run; 3: something does not hold.</returns>
    public async Task<int> RunAsync()
    {
        CrowdPlan plan = Preflight.Plan(options);
        string[] problems = [.. Preflight.Problems(plan, options)];
        if (plan.Connections < options.Connections)
        {
            Console.WriteLine($"{options.Connections % options.RoomSize} of the {options.Connections} connections would not fill a room of {options.RoomSize}: without them");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Connections:N0} connections: {plan.Nodes} connect-nodes, {plan.Processes} load processes, rooms of {plan.RoomSize} on {Math.Min(plan.Spread, plan.Nodes)} nodes each"));
        if (problems.Length > 0)
        {
            Console.Error.WriteLine("This machine does not suffice:\n  " + string.Join("\n  ", problems));
            return 1;
        }

        // Now, not after twenty minutes.
        Directory.CreateDirectory(options.Results);
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        var report = new MillionReport
        {
            Machine = $"{Environment.ProcessorCount} cores, {MachineSample.Take(0, 0, 0).Total >> 30} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            Connections = plan.Connections, Nodes = plan.Nodes, Processes = plan.Processes,
        };
        try
        {
            await RunAsync(plan, report, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            report.Problem = "it was told to stop";
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or TimeoutException or Grpc.Core.RpcException)
        {
            report.Problem = fault.Message;
        }

        await WriteAsync(report).ConfigureAwait(false);
        return report.Holds ? 0 : 3;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Console.WriteLine("stopping");
            stop.Cancel();
        }
    }

    private async Task RunAsync(CrowdPlan plan, MillionReport report, CancellationToken cancel)
    {
        long usedBefore = MachineSample.Take(0, 0, 0).Used;
        Console.WriteLine("starting the cluster");
        using Fleet fleet = await Fleet.StartAsync(plan, options.Stores, options.Configuration, cancel).ConfigureAwait(false);
        List<CrowdProcess> crowd = [];
        try
        {
            var watch = new MillionWatch(fleet, crowd, report, cancel);
            await new MillionWarmup(options, plan, fleet, crowd, watch).RunAsync(cancel).ConfigureAwait(false);
            report.Samples.Clear();
            Console.WriteLine("starting the load");
            for (int i = 0; i < plan.Processes && !cancel.IsCancellationRequested; i++)
            {
                crowd.Add(CrowdProcess.Start(plan, i));
            }

            await watch.HoldAsync("at rest", TimeSpan.FromSeconds(RestSeconds)).ConfigureAwait(false);
            var memory = new MillionMemory(fleet, report, usedBefore);
            await ConnectAsync(crowd, watch, report, plan).ConfigureAwait(false);

            // The controller collects once nothing has changed for a hundred times as long as that takes: memory is what it holds then.
            int settle = Math.Clamp(LeastSettleSeconds + (plan.Connections / 25_000), LeastSettleSeconds, MostSettleSeconds);
            await watch.HoldAsync("settling", TimeSpan.FromSeconds(settle)).ConfigureAwait(false);
            memory.AddTo(plan.Connections, BytesPerConnectionGoal, BaseGoalMiB, MachineGoalMiB);
            await HoldAsync(watch, report).ConfigureAwait(false);
            await new MillionPushes(options, plan, crowd, watch, report).RunAsync(fleet.PushAddress, cancel).ConfigureAwait(false);
            if (!options.NoKill)
            {
                await new MillionLosses(options, plan, fleet, crowd, watch, report).RunAsync(cancel).ConfigureAwait(false);
            }

            await memory.AddPausesAsync(cancel).ConfigureAwait(false);
            report.AtMost("all", "connections lost for no reason", watch.Counts.Lost, "", 0, isRequired: true);
            report.AtMost("all", "connects that failed", watch.Counts.Failed, "", 0, isRequired: true);
            if (watch.Counts.Problem is { } first)
            {
                Console.WriteLine($"the first failure: {first}");
            }
        }
        finally
        {
            Console.WriteLine("ending what was started");
            crowd.ForEach(process => process.Dispose());
        }
    }

    private async Task ConnectAsync(List<CrowdProcess> crowd, MillionWatch watch, MillionReport report, CrowdPlan plan)
    {
        double cpu = watch.ServerCpuSeconds;
        long from = Stopwatch.GetTimestamp();
        int begun = 0;
        (long most, long mostAt) = (0, from);

        // One process after the other, a few at a time, each against its own nodes: what is ready at once is served together.
        bool all = await watch.UntilAsync(
            "connecting",
            counts =>
            {
                while (begun < crowd.Count && crowd.Take(begun).Count(process => !IsDone(process)) < options.Connecting)
                {
                    crowd[begun++].Tell(string.Create(CultureInfo.InvariantCulture, $"open {options.AtOnce}"));
                }

                (most, mostAt) = counts.Ready > most ? (counts.Ready, Stopwatch.GetTimestamp()) : (most, mostAt);
                return counts.Ready >= plan.Connections || Stopwatch.GetElapsedTime(mostAt) > s_stalled;
            },
            TimeSpan.MaxValue).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        report.AtLeast("connect", "connections in both rooms", watch.Counts.Ready, "", plan.Connections, isRequired: true);
        report.AtLeast("connect", "handshake, token, two joins: rate", watch.Counts.Ready / seconds, "/s", ConnectGoal);
        report.Add("connect", "time", seconds, "s");
        report.Add("connect", "servers' CPU a connection", (watch.ServerCpuSeconds - cpu) * 1e6 / Math.Max(1, watch.Counts.Ready), "µs");
        if (!all || watch.Counts.Ready < plan.Connections)
        {
            throw new InvalidOperationException($"{watch.Counts.Ready} of {plan.Connections} connections are there: {watch.Counts.Problem ?? "no answer"}");
        }

        bool IsDone(CrowdProcess process)
        {
            int index = crowd.IndexOf(process);
            return process.Counts.Ready >= (long)(plan.FirstRoom(index + 1) - plan.FirstRoom(index)) * plan.RoomSize;
        }
    }

    private async Task HoldAsync(MillionWatch watch, MillionReport report)
    {
        (double cpu, double busy, CrowdCounts before) = (watch.ServerCpuSeconds, MachineSample.Take(0, 0, 0).Busy, watch.Counts);
        long from = Stopwatch.GetTimestamp();
        await watch.HoldAsync("holding", TimeSpan.FromSeconds(options.Hold)).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        double serverCpu = watch.ServerCpuSeconds - cpu;
        long pings = watch.Counts.Pings - before.Pings;
        report.AtMost("hold", "connections lost", watch.Counts.Lost - before.Lost, "", 0, isRequired: true);
        report.Add("hold", "time", seconds, "s");
        report.Add("hold", "pings that were answered", pings / seconds, "/s");
        report.Add("hold", "servers' CPUs", serverCpu / seconds, "");
        if (pings > 0)
        {
            report.Add("hold", "servers' CPU a ping", serverCpu * 1e6 / pings, "µs");
        }

        report.Add("hold", "CPUs busy, all together", (MachineSample.Take(0, 0, 0).Busy - busy) / seconds, "");
    }

    private async Task WriteAsync(MillionReport report)
    {
        Console.WriteLine();
        Console.Write(report.ToTable());
        string name = Path.Combine(options.Results, "million");
        await File.WriteAllTextAsync(name + ".json", report.ToJson()).ConfigureAwait(false);
        await File.WriteAllTextAsync(name + ".html", MillionPage.Draw(report)).ConfigureAwait(false);
        Console.WriteLine($"{(report.Holds ? "all holds" : "not all holds")}: {name}.html, {name}.json");
    }
}
