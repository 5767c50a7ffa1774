using System.Text;
using Google.Protobuf;
using Node.Load.Run;
using Node.Load.Scenarios;
using Node.Load.Stats;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Load.Million;

/// <summary>
/// A small crowd that comes to every node, is pushed to, and leaves before anything is measured. What a server compiles and builds with its first
/// connections is its base: half a second of CPU and ten megabytes, which over a full node's connections would count as 600 bytes each.
/// </summary>
internal sealed class MillionWarmup(MillionOptions options, CrowdPlan plan, Fleet fleet, List<CrowdProcess> crowd, MillionWatch watch)
{
    private const int ConnectionsPerNode = 250;
    private const int MostConnections = 15_000;
    private const int Pushes = 2000;
    private const string ConnectionsMetric = "node_connections";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CrowdPlan _small = plan with
    {
        Processes = 1,
        Connections = Math.Max(1, Math.Min(Math.Min(ConnectionsPerNode * plan.Nodes, MostConnections), plan.Connections) / plan.RoomSize) * plan.RoomSize,
    };

    /// <summary>Done when everybody has left again.</summary>
    /// <exception cref="InvalidOperationException">They do not come, or do not leave.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using (CrowdProcess visitors = CrowdProcess.Start(_small, 0))
        {
            crowd.Add(visitors);
            try
            {
                visitors.Tell($"open {options.AtOnce}");
                bool came = await watch.UntilAsync("warming up", counts => counts.Ready >= _small.Connections, s_patience).ConfigureAwait(false);
                if (!came)
                {
                    throw new InvalidOperationException($"{watch.Counts.Ready} of the first {_small.Connections} connections are there: {watch.Counts.Problem ?? "no answer"}");
                }

                await PushAsync(cancel).ConfigureAwait(false);
            }
            finally
            {
                crowd.Remove(visitors);
            }
        }

        using var http = new HttpClient();
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        foreach (ServerPart node in fleet.Nodes)
        {
            while (await ConnectionsAsync(http, node, cancel).ConfigureAwait(false) > 0)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new InvalidOperationException($"{node.Name} still has connections of a load process that has ended.");
                }

                await watch.HoldAsync("warming up", TimeSpan.FromMilliseconds(200)).ConfigureAwait(false);
            }
        }
    }

    private async Task PushAsync(CancellationToken cancel)
    {
        using var pusher = new RoomPusher(fleet.PushAddress);
        for (int i = 0; i < Pushes; i++)
        {
            pusher.Push(i, i % 100 == 0 ? CrowdPlan.Everybody : CrowdPlan.RoomName(i % _small.Rooms), "warm-up"u8);
        }

        using var channel = GrpcChannel.ForAddress($"http://{fleet.PushAddress}");
        var payload = new Payload { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFrom("\"warm-up\"", Encoding.ASCII) };
        await new PushService.PushServiceClient(channel)
            .BroadcastAsync(new BroadcastRequest { Payload = payload }, cancellationToken: cancel).ConfigureAwait(false);
        await watch.UntilAsync("warming up", _ => pusher.Answered >= Pushes, s_patience).ConfigureAwait(false);
    }

    private static async Task<double> ConnectionsAsync(HttpClient http, ServerPart node, CancellationToken cancel) =>
        new MetricsText(await http.GetStringAsync(new Uri(node.Health, "/metrics"), cancel).ConfigureAwait(false)).Sum(ConnectionsMetric);
}
