using System.Globalization;
using System.Net;
using Node.Load.Run;

namespace Node.Load.Million;

/// <summary>The whole cluster on loopback addresses of its own: etcd, perhaps Redis, a controller-manager, a push-manager, connect-nodes.</summary>
internal sealed class Fleet : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CrowdPlan _plan;
    private readonly Guard _guard = new("million-");
    private readonly List<ServerPart> _stores = [];

    private Fleet(CrowdPlan plan) => _plan = plan;

    /// <summary>controller-manager and push-manager.</summary>
    public List<ServerPart> Managers { get; } = [];

    public List<ServerPart> Nodes { get; } = [];

    /// <summary>All of ours; not etcd and Redis.</summary>
    public IEnumerable<ServerPart> Servers => Managers.Concat(Nodes);

    public IEnumerable<ServerPart> All => _stores.Concat(Servers);

    public string PushAddress => $"{_plan.Servers}:50053";

    /// <summary>Starts everything and waits until it is healthy.</summary>
    /// <param name="plan">How many nodes, and where.</param>
    /// <param name="stores">Whether the controller has a Redis.</param>
    /// <param name="configuration">Which build.</param>
    /// <param name="cancel">Stops all of it again.</param>
    /// <exception cref="InvalidOperationException">A part is missing, or has ended.</exception>
    public static async Task<Fleet> StartAsync(CrowdPlan plan, bool stores, string configuration, CancellationToken cancel)
    {
        var fleet = new Fleet(plan);
        try
        {
            fleet.StartStores(stores);
            await AwaitAsync(fleet._stores.Take(1), cancel).ConfigureAwait(false);
            fleet.StartManagers(stores, configuration);
            await AwaitAsync(fleet.Managers, cancel).ConfigureAwait(false);
            foreach (int[] some in Enumerable.Range(0, plan.Nodes).Chunk(8))
            {
                // A few at a time: each compiles what it runs, and all of them at once would take their time from each other.
                ServerPart[] started = [.. some.Select(node => fleet.StartNode(node, configuration))];
                fleet.Nodes.AddRange(started);
                await AwaitAsync(started, cancel).ConfigureAwait(false);
            }

            return fleet;
        }
        catch
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>The first part that has ended though nobody has ended it; null: none.</summary>
    public ServerPart? Ended(IReadOnlySet<int> expected) =>
        All.FirstOrDefault(part => part.HasEnded && !(Nodes.IndexOf(part) is var node and >= 0 && expected.Contains(node)));

    public void Dispose()
    {
        foreach (ServerPart part in All.Reverse())
        {
            part.Dispose();
        }

        _guard.Dispose();
    }

    private static async Task AwaitAsync(IEnumerable<ServerPart> parts, CancellationToken cancel)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        foreach (ServerPart part in parts)
        {
            while (!await part.IsHealthyAsync(cancel).ConfigureAwait(false) && !part.HasEnded)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new InvalidOperationException($"{part.Name} is not healthy: {part.Tail}");
                }

                await Task.Delay(50, cancel).ConfigureAwait(false);
            }

            // Also where health was answered: something else on its address does that.
            if (part.HasEnded)
            {
                throw new InvalidOperationException($"{part.Name} has ended with {part.ExitCode}: {part.Tail}");
            }
        }
    }

    private void StartStores(bool redis)
    {
        string client = $"http://{_plan.Servers}:{CrowdPlan.EtcdPort}";
        string peer = $"http://{_plan.Servers}:2380";
        _stores.Add(ServerPart.Start("etcd", new Uri($"{client}/health"), _guard, [
            "etcd", "--name", "default", "--data-dir", Path.Combine(_guard.Folder, "etcd"), "--log-level", "warn",
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}",
        ]));
        if (redis)
        {
            _stores.Add(ServerPart.Start("redis", new Uri($"http://{_plan.Servers}:6379"), _guard, [
                "redis-server", "--bind", _plan.Servers.ToString(), "--port", "6379", "--dir", _guard.Folder, "--save", "", "--appendonly", "no",
            ]));
        }
    }

    private void StartManagers(bool redis, string configuration)
    {
        (string, string)[] common = [("ETCD_ENDPOINTS", $"{_plan.Servers}:{CrowdPlan.EtcdPort}"), ("LOG_LEVEL", "warning"), ("DB_KIND", "none")];
        Managers.Add(ServerPart.Start(
            "controller", Url(_plan.Servers, 9090), _guard, [Launch.Executable("Node.Controller", configuration)],
            [.. common, ("CONTROLLER_ID", "controller-1"), ("CONTROLLER_BIND", $"{_plan.Servers}"),
             ("REDIS_ADDR", redis ? $"{_plan.Servers}:6379" : "none")]));
        Managers.Add(ServerPart.Start(
            "push", Url(_plan.Servers, 9093), _guard, [Launch.Executable("Node.Push", configuration)],
            [.. common, ("MANAGER_ID", "push-1"), ("PUSH_BIND", $"{_plan.Servers}")]));
    }

    private ServerPart StartNode(int node, string configuration)
    {
        IPAddress address = _plan.NodeAddress(node);
        string name = string.Create(CultureInfo.InvariantCulture, $"node-{node}");
        return ServerPart.Start(
            name, Url(address, CrowdPlan.MetricsPort), _guard, [Launch.Executable("Node.Connect", configuration)],
            ("ETCD_ENDPOINTS", $"{_plan.Servers}:{CrowdPlan.EtcdPort}"), ("LOG_LEVEL", "warning"), ("NODE_ID", name), ("NODE_BIND", $"{address}"),
            ("HTTP_PORT", $"{CrowdPlan.ClientPort}"), ("GRPC_PORT", $"{CrowdPlan.GrpcPort}"), ("METRICS_PORT", $"{CrowdPlan.MetricsPort}"),
            ("NODE_LOOPS", _plan.Nodes > 1 ? "1" : "0"), ("AUTH_ENABLED", "true"), ("AUTH_SECRET", _plan.Secret),

            // The clients live on the servers' cores: while a push goes to all of them, none of them answers.
            ("HEARTBEAT_TIMEOUT", "20s"),

            // Who came into a room of a million, or of fifty, is nobody's message here: that would be 24 deliveries a connect.
            ("ROOMS_PRESENCE_LIMIT", "0"));
    }

    private static Uri Url(IPAddress address, int port) => new($"http://{address}:{port}/health");
}
