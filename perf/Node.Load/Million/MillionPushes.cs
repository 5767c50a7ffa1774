using System.Diagnostics;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Node.Load.Scenarios;
using Node.Load.Stats;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Load.Million;

/// <summary>Pushes through the push-manager: to everybody, to the room of everybody, to the small rooms at a rate.</summary>
internal sealed class MillionPushes(
    MillionOptions options, CrowdPlan plan, IReadOnlyList<CrowdProcess> crowd, MillionWatch watch, MillionReport report)
{
    private const double DeliveriesGoal = 150_000;
    private const int TickMs = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Pings that a push has held up are sent and answered, so that the next figure is that of one thing alone.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(10);

    private static readonly double[] s_quantiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

    public async Task RunAsync(string address, CancellationToken cancel)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        var client = new PushService.PushServiceClient(channel);
        await OnceAsync(
            "broadcast", CrowdStamp.Broadcast, counts => counts.Broadcasts,
            async payload => await client.BroadcastAsync(new BroadcastRequest { Payload = payload }, cancellationToken: cancel)).ConfigureAwait(false);
        await OnceAsync(
            "everybody", CrowdStamp.Everybody, counts => counts.Everybody,
            async payload => await client.PushToRoomAsync(
                new PushToRoomRequest { Room = CrowdPlan.Everybody, Payload = payload }, cancellationToken: cancel)).ConfigureAwait(false);
        if (options.Pushes > 0)
        {
            await RoomsAsync(address, cancel).ConfigureAwait(false);
        }
    }

    private async Task OnceAsync(string phase, char kind, Func<CrowdCounts, long> count, Func<Payload, Task<PushResponse>> push)
    {
        double cpu = watch.ServerCpuSeconds;
        long due = Stopwatch.GetTimestamp();
        Task<PushResponse> answer = push(new Payload
        {
            Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFromUtf8($"\"{new CrowdStamp(kind, 1, due).ToText()}\""),
        });
        await watch.UntilAsync(phase, counts => count(counts) >= plan.Connections, s_patience).ConfigureAwait(false);
        double seconds = (watch.Counts.LastDeliveryAt - due) / (double)Stopwatch.Frequency;
        report.AtLeast(phase, "delivered", count(watch.Counts), "", plan.Connections, isRequired: true);
        report.Add(phase, "time to the last delivery", seconds, "s");
        report.AtLeast(phase, "deliveries", count(watch.Counts) / seconds, "/s", DeliveriesGoal);
        report.Add(phase, "servers' CPU a delivery", (watch.ServerCpuSeconds - cpu) * 1e6 / Math.Max(1, count(watch.Counts)), "µs");
        PushResponse response = await answer.ConfigureAwait(false);
        report.AtLeast(phase, "nodes that took it", response.Nodes, "", plan.Nodes);
        await watch.HoldAsync("calm again", s_calm).ConfigureAwait(false);
    }

    private async Task RoomsAsync(string address, CancellationToken cancel)
    {
        await LatenciesAsync().ConfigureAwait(false);
        using var pusher = new RoomPusher(address);
        (double cpu, double busy) = (watch.ServerCpuSeconds, MachineSample.Take(0, 0, 0).Busy);
        long pushed = 0;
        long all = (long)options.Pushes * options.PushSeconds;
        long started = Stopwatch.GetTimestamp();
        Task pushing = Task.Run(
            async () =>
            {
                while (pushed < all)
                {
                    cancel.ThrowIfCancellationRequested();
                    long due = Math.Min(all, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * options.Pushes));
                    for (; pushed < due; pushed++)
                    {
                        int room = (int)(pushed % plan.Rooms);
                        long dueAt = started + (long)((pushed + 1.0) / options.Pushes * Stopwatch.Frequency);
                        string text = new CrowdStamp(CrowdStamp.Room, (uint)(1 + (pushed / plan.Rooms)), dueAt).ToText();
                        pusher.Push(room, CrowdPlan.RoomName(room), Encoding.ASCII.GetBytes(text));
                    }

                    await Task.Delay(TickMs, cancel).ConfigureAwait(false);
                }
            },
            cancel);
        await watch.UntilAsync(
            "room pushes", counts => pushing.IsCompleted && counts.Rooms >= all * plan.RoomSize && pusher.Answered >= all,
            TimeSpan.FromSeconds(options.PushSeconds) + s_patience).ConfigureAwait(false);
        await pushing.ConfigureAwait(false);
        double seconds = (watch.Counts.LastDeliveryAt - started) / (double)Stopwatch.Frequency;
        report.AtLeast("rooms", "delivered", watch.Counts.Rooms, "", all * plan.RoomSize, isRequired: true);
        report.Add("rooms", "deliveries", watch.Counts.Rooms / seconds, "/s");
        report.AtMost("rooms", "pushes that failed", pusher.Failed, "", 0, isRequired: true);
        report.AtMost("rooms", "repeated or missed", watch.Counts.Repeated + watch.Counts.Missed, "", 0, isRequired: true);
        report.Add("rooms", "servers' CPU a push", (watch.ServerCpuSeconds - cpu) * 1e6 / all, "µs");
        report.Add("rooms", "CPUs busy, all together", (MachineSample.Take(0, 0, 0).Busy - busy) / seconds, "");
        if (pusher.Problem is { } problem)
        {
            Console.WriteLine($"the first push that failed: {problem}");
        }

        LatencyHistogram latency = await LatenciesAsync().ConfigureAwait(false);
        foreach (double quantile in (double[])[50, 99, 99.9])
        {
            report.Add("rooms", string.Create(CultureInfo.InvariantCulture, $"latency p{quantile}"), latency.Quantile(quantile / 100) / 1e6, "ms");
        }

        report.Latencies["room pushes"] = [.. s_quantiles.Select(quantile => (double[])[quantile, latency.Quantile(quantile / 100) / 1e6])];
    }

    private async Task<LatencyHistogram> LatenciesAsync()
    {
        var all = new LatencyHistogram();
        foreach (CrowdProcess process in crowd)
        {
            CrowdLatency one = await process.LatencyAsync().ConfigureAwait(false);
            all.Add(one.Buckets, one.MaxNanoseconds);
        }

        return all;
    }
}
