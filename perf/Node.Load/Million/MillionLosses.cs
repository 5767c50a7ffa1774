using System.Diagnostics;
using System.Globalization;
using Node.Load.Run;
using Node.Protocol.Connect;
using Node.Rpc;

namespace Node.Load.Million;

/// <summary>A node is killed, another one emptied: whose clients come back elsewhere, and nobody else notices.</summary>
internal sealed class MillionLosses(
    MillionOptions options, CrowdPlan plan, Fleet fleet, IReadOnlyList<CrowdProcess> crowd, MillionWatch watch, MillionReport report)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    public async Task RunAsync(CancellationToken cancel)
    {
        await KillAsync(plan.Nodes - 1).ConfigureAwait(false);
        await DrainAsync(plan.Nodes - 2, cancel).ConfigureAwait(false);
    }

    private async Task KillAsync(int node)
    {
        (long lost, long failed) = (watch.Counts.Lost, watch.Counts.Failed);
        Tell("kill", node);
        watch.Expect(node);
        await watch.HoldAsync("before a kill", TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        long from = Stopwatch.GetTimestamp();
        fleet.Nodes[node].Kill();
        await watch.UntilAsync("a node is killed", counts => counts.Killed > 0 && counts.Ready < plan.Connections, s_patience).ConfigureAwait(false);
        await watch.UntilAsync("a node is killed", counts => counts.Ready >= plan.Connections && counts.Returned >= counts.Killed, s_patience).ConfigureAwait(false);
        report.AtLeast("kill", "connections again", watch.Counts.Ready, "", plan.Connections, isRequired: true);
        report.Add("kill", "of them had to come back", watch.Counts.Killed, "");
        report.Add("kill", "time until whole again", Stopwatch.GetElapsedTime(from).TotalSeconds, "s");
        report.AtMost("kill", "others that lost theirs", watch.Counts.Lost - lost, "", 0, isRequired: true);
        report.AtMost("kill", "connects that failed", watch.Counts.Failed - failed, "", 0, isRequired: true);
    }

    private async Task DrainAsync(int node, CancellationToken cancel)
    {
        CrowdCounts before = watch.Counts;
        Tell("avoid", node);
        await watch.HoldAsync("before a drain", TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        using var channel = GrpcChannel.ForAddress($"http://{plan.NodeAddress(node)}:{CrowdPlan.GrpcPort}");
        long from = Stopwatch.GetTimestamp();
        var drain = new DrainRequest { Rate = (uint)options.DrainRate };
        ulong there = (await new NodeService.NodeServiceClient(channel).DrainAsync(drain, cancellationToken: cancel)).Connections;
        bool isReady = await fleet.Nodes[node].IsHealthyAsync(cancel).ConfigureAwait(false);
        await watch.UntilAsync(
            "a node is emptied",
            counts => counts.Drained - before.Drained >= (long)there && counts.Ready >= plan.Connections, s_patience).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        report.AtMost("drain", "readiness after the first moment", isReady ? 1 : 0, "", 0, isRequired: true);
        report.AtLeast("drain", "connections again", watch.Counts.Ready, "", plan.Connections, isRequired: true);
        report.AtLeast("drain", "closed with 3001", watch.Counts.Drained - before.Drained, "", there, isRequired: true);
        report.AtMost("drain", "of them without when to come back", watch.Counts.WithoutHint - before.WithoutHint, "", 0, isRequired: true);
        report.AtLeast("drain", "of them told where to come back", watch.Counts.Directed - before.Directed, "", plan.Nodes > 2 ? there : 0);
        report.Add("drain", "time", seconds, "s");
        report.AtMost("drain", "closes a second", (watch.Counts.Drained - before.Drained) / seconds, "/s", options.DrainRate * 1.1);
        report.AtMost("drain", "connects that failed", watch.Counts.Failed - before.Failed, "", 0, isRequired: true);
        report.AtMost("drain", "others that lost theirs", watch.Counts.Lost - before.Lost, "", 0, isRequired: true);
    }

    private void Tell(string what, int node)
    {
        foreach (CrowdProcess process in crowd)
        {
            process.Tell(string.Create(CultureInfo.InvariantCulture, $"{what} {node} {1000 * options.Window}"));
        }
    }
}
