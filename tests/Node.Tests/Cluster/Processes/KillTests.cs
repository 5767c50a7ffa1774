using Node.Protocol.Controller;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// A thousand clients chat and an application pushes, while one part of their cluster after the other is killed: real processes, and kill -9.
/// Nobody misses a message, gets one twice or out of order, and all is well again without help.
/// Alone: a thousand clients leave little of a machine to others.
/// </summary>
[CollectionDefinition(nameof(KillTests), DisableParallelization = true)]
[Collection(nameof(KillTests))]
public sealed class KillTests
{
    private const int CrowdSize = 1000;

    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(1);

    // Of a lease: 5 s.
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(7);

    private ClusterProcesses _cluster = null!;
    private Crowd _crowd = null!;

    [Fact]
    public async Task Whatever_is_killed_nobody_misses_a_message_and_all_is_well_again()
    {
        await using ClusterProcesses cluster = _cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 3, Managers: 2) { Stores = true });
        await using Crowd crowd = _crowd = await Crowd.GatherAsync(cluster, CrowdSize);
        await UnnoticedAsync("nothing", () => Task.CompletedTask);
        await UnnoticedAsync("the web-server", () => KillAsync(cluster.StartWeb()));
        await UnnoticedAsync("Redis", () => KillAsync(cluster.Redis!.KillAsync, cluster.Redis!.StartAsync, AWhile));
        await UnnoticedAsync("MariaDB", () => KillAsync(cluster.MariaDb!.KillAsync, cluster.MariaDb!.StartAsync, AWhile));
        await UnnoticedAsync("the only controller", () => KillAsync(cluster.Controllers[0]));
        cluster.StartController("controller-2");
        await UnnoticedAsync("the controller that leads", KillLeaderAsync);
        await UnnoticedAsync("etcd", () => KillAsync(cluster.Etcd.KillAsync, cluster.Etcd.StartAgainAsync, AWhile));
        await UnnoticedAsync("etcd for long", () => KillAsync(cluster.Etcd.KillAsync, cluster.Etcd.StartAgainAsync, LongerThanALease));
        await AfterAsync("a push-manager", () => KillAsync(cluster.Managers[0]));
        await AfterAsync("the other push-manager", () => KillAsync(cluster.Managers[1]));
        await AfterAsync("a node", () => KillNodeAsync(cluster.Nodes[2]));
        await AfterAsync("a node that was cut off, and its clients left", () => FreezeAsync(cluster.Nodes[1], isLeft: true));
        await AfterAsync("a node that was cut off, and its clients stayed", () => FreezeAsync(cluster.Nodes[0], isLeft: false));
    }

    /// <summary>As <see cref="AfterAsync"/>, and nobody who publishes has noticed: each got an answer, and none an error.</summary>
    private Task UnnoticedAsync(string what, Func<Task> disturb) => AfterAsync(what, async () =>
    {
        await disturb();
        Assert.Equal(0, _crowd.Unanswered);
    });

    /// <summary>Disturbs the cluster while everybody talks; then it heals, and nobody has missed anything.</summary>
    private async Task AfterAsync(string what, Func<Task> disturb)
    {
        long started = Environment.TickCount64;
        try
        {
            await _crowd.TalkAsync(AWhile);
            await disturb();
            await _cluster.HealedAsync();
            await _crowd.TalkAsync(AWhile);
            string said = await _crowd.AuditAsync();
            await _crowd.KnownAsync();
            TestContext.Current.SendDiagnosticMessage($"{what}: {Environment.TickCount64 - started} ms, {said}");
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{what}, killed or cut off: {error.Message}\n{_cluster.Logs()}", error);
        }
    }

    private Task KillAsync(ClusterProcess process) => KillAsync(process.KillAsync, () => StartAsync(process), AWhile);

    private static Task StartAsync(ClusterProcess process)
    {
        process.Start();
        return Task.CompletedTask;
    }

    /// <summary>Without it everybody can talk to everybody, after a while at the latest.</summary>
    private async Task KillAsync(Func<Task> kill, Func<Task> start, TimeSpan away)
    {
        await kill();
        await _crowd.TalkAsync(away);
        await _crowd.ReachAllAsync();
        await start();
    }

    private async Task KillLeaderAsync()
    {
        await _cluster.HealedAsync();
        ControllerStatus? status = await _cluster.AskAsync(controller => controller.GetStatusAsync(new GetStatusRequest()).ResponseAsync);
        ClusterProcess leader = _cluster.Controllers.Single(controller => controller.Id == status!.Leader);
        await leader.KillAsync();
        await _crowd.KnownAsync();
        leader.Start();
    }

    private async Task KillNodeAsync(ClusterProcess node)
    {
        int restarts = _crowd.Restarts;
        await node.KillAsync();
        await _crowd.ReachAllAsync();
        await _crowd.KnownAsync();

        // Every room has had members on the other nodes all the time, so that those know what was missed.
        Assert.Equal(restarts, _crowd.Restarts);
        node.Start();
        await _cluster.HealedAsync();
        _crowd.ReturnTo(node);
    }

    /// <summary>It comes back after its lease has run out, with memberships that are none any more where its clients have left it.</summary>
    private async Task FreezeAsync(ClusterProcess node, bool isLeft)
    {
        await node.FreezeAsync();
        if (isLeft)
        {
            _crowd.Leave(node);
            await _crowd.ReachAllAsync();
            await _crowd.KnownAsync();
        }
        else
        {
            await _crowd.TalkAsync(LongerThanALease);
        }

        await node.ThawAsync();
        await _cluster.HealedAsync();
        await _crowd.ReachAllAsync();
        await _crowd.KnownAsync();
        await _crowd.TalkAsync(AWhile);
        Assert.Null(await _crowd.FindStrangerAsync());
        _crowd.ReturnTo(node);
    }
}
