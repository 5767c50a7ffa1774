using Grpc.Core;
using Node.Protocol.Controller;
using Node.Rpc;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// A whole cluster of real processes with a real etcd, and a real Redis and MariaDB where wanted: all on private ports, none of them shared. Every
/// process can be killed, stopped and started again.
/// </summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    /// <summary>How long a test waits for what has to come about; only a failure takes that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly ClusterSetup _setup;
    private readonly List<ClusterProcess> _all = [];
    private readonly Dictionary<ClusterProcess, GrpcChannel> _channels = [];

    private ClusterProcesses(ClusterSetup setup, EtcdServer etcd) => (_setup, Etcd) = (setup, etcd);

    public EtcdServer Etcd { get; }

    /// <summary>Null: the controllers have no stores.</summary>
    public RedisServer? Redis { get; private set; }

    /// <inheritdoc cref="Redis"/>
    public MariaDbServer? MariaDb { get; private set; }

    public List<ClusterProcess> Controllers { get; } = [];

    public List<ClusterProcess> Managers { get; } = [];

    public List<ClusterProcess> Nodes { get; } = [];

    /// <summary>Null: not started.</summary>
    public ClusterProcess? Web { get; private set; }

    private ProcessPlace Place => _setup.Network?.Outside ?? ProcessPlace.Here;

    /// <summary>Starts a controller and the others, and waits until each is healthy. Skips the test where something is not installed or built.</summary>
    public static async Task<ClusterProcesses> StartAsync(ClusterSetup setup)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are stopped and killed by Linux's signals");
        foreach (string program in (string[])["Node.Controller", "Node.Push", "Node.Connect", "Node.Web"])
        {
            Assert.SkipUnless(ClusterProcess.IsBuilt(program), $"{program} is not built");
        }

        var cluster = new ClusterProcesses(setup, await EtcdServer.StartAsync(host: setup.Network?.Outside.Host));
        try
        {
            await cluster.StartStoresAsync();
            cluster.StartController("controller-1");
            for (int i = 1; i <= setup.Managers; i++)
            {
                cluster.Managers.Add(cluster.Start($"push-{i}", "Node.Push", ("MANAGER_ID", $"push-{i}")));
            }

            for (int i = 1; i <= setup.Nodes; i++)
            {
                cluster.StartNode($"node-{i}", setup.Network is { } network && i == setup.Nodes ? network.Inside : cluster.Place);
            }

            await cluster.HealedAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another controller: it leads when no other does.</summary>
    public ClusterProcess StartController(string id)
    {
        (string, string)[] stores = Redis is null
            ? [("REDIS_ADDR", "none"), ("DB_KIND", "none")]
            : [("REDIS_ADDR", Redis.Address), ("DB_HOST", "127.0.0.1"), ("DB_PORT", $"{MariaDb!.Port}"), ("DB_USER", "root")];
        ClusterProcess controller = Start(id, "Node.Controller", [("CONTROLLER_ID", id), .. stores]);
        Controllers.Add(controller);
        _channels.Add(controller, controller.Channel());
        return controller;
    }

    public ClusterProcess StartWeb() => Web = Start(
        "web", "Node.Web",
        ("PUSH_MANAGER_ADDR", string.Join(',', Managers.Select(manager => manager.GrpcAddress))),
        ("CONTROLLER_ADDRESS", string.Join(',', Controllers.Select(controller => controller.GrpcAddress))));

    /// <summary>Waits until every process that was started is ready, and names no part as away.</summary>
    public Task HealedAsync() => UntilAsync(async () =>
    {
        string?[] problems = await Task.WhenAll(_all.Select(process => process.ProblemAsync()));
        return problems.FirstOrDefault(problem => problem is not null);
    });

    /// <summary>Asks the controller that leads.</summary>
    /// <returns>Null: none of them does.</returns>
    public async Task<T?> AskAsync<T>(Func<ControllerService.ControllerServiceClient, Task<T>> ask)
        where T : class
    {
        foreach (ClusterProcess controller in Controllers.Where(controller => controller.IsServing))
        {
            try
            {
                return await ask(new ControllerService.ControllerServiceClient(_channels[controller]));
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unavailable)
            {
                // It follows another one, or nobody leads yet.
            }
        }

        return null;
    }

    /// <summary>Waits until a problem is gone; after <see cref="Patience"/> it fails.</summary>
    /// <param name="problem">What is not as it should be yet; null: nothing.</param>
    public async Task UntilAsync(Func<Task<string?>> problem)
    {
        long started = Environment.TickCount64;
        using var looks = new PeriodicTimer(LookInterval);
        while (await problem() is { } wrong)
        {
            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, wrong);
            await looks.WaitForNextTickAsync();
        }
    }

    /// <summary>The end of what every process has written.</summary>
    public string Logs() => string.Concat(_all.Select(process => $"==== {process.Id}\n{process.Tail}\n"));

    public async ValueTask DisposeAsync()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }

        // The last first: who needs another is gone before it.
        foreach (ClusterProcess process in Enumerable.Reverse(_all))
        {
            await process.DisposeAsync();
        }

        await (MariaDb?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Etcd.DisposeAsync();
    }

    private async Task StartStoresAsync()
    {
        if (_setup.Stores)
        {
            Redis = await RedisServer.StartNewAsync();
            MariaDb = await MariaDbServer.StartNewAsync();
        }
    }

    private void StartNode(string id, ProcessPlace place)
    {
        ClusterProcess node = Create(id, "Node.Connect", place, ("NODE_ID", id), ("AUTH_ALLOW_ANONYMOUS", "true"));
        node.Configure(_setup.NodeSettings);
        node.Start();
        Nodes.Add(node);
    }

    private ClusterProcess Start(string id, string program, params IEnumerable<(string, string)> environment)
    {
        ClusterProcess process = Create(id, program, Place, environment);
        process.Start();
        return process;
    }

    private ClusterProcess Create(string id, string program, ProcessPlace place, params IEnumerable<(string, string)> environment)
    {
        var process = new ClusterProcess(
            id, program, place, [("ETCD_ENDPOINTS", $"{Etcd.Address}"), .. _setup.Environment, .. environment]);
        _all.Add(process);
        return process;
    }
}
