namespace Node.Tests.Cluster.Processes;

/// <summary>A node that the network cuts off for longer than its lease, while its clients go elsewhere, or stay with it.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class CutOffTests
{
    private const int CrowdSize = 120;

    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(1);

    // Of a lease: 5 s.
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task A_node_that_was_cut_off_brings_nobody_back_who_has_left_and_nobody_misses_a_message()
    {
        await using PrivateNetwork network = await PrivateNetwork.CreateAsync();
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 3, Managers: 2) { Network = network });
        await using Crowd crowd = await Crowd.GatherAsync(cluster, CrowdSize);
        ClusterProcess node = cluster.Nodes[2];
        try
        {
            await crowd.TalkAsync(AWhile);
            await crowd.KnownAsync();
            await CutAsync(network, node);
            Assert.Equal(CrowdSize / cluster.Nodes.Count, crowd.Leave(node));

            // The others go on, with all members, while the node still believes that it has some of them.
            await crowd.TalkAsync(LongerThanALease);
            await crowd.ReachAllAsync();
            await crowd.KnownAsync();
            await RestoreAsync(network, node, cluster, crowd);
            crowd.ReturnTo(node);
            await crowd.ReachAllAsync();
            await crowd.KnownAsync();

            await CutAsync(network, node);
            Assert.Equal(CrowdSize / cluster.Nodes.Count / 2, crowd.Leave(node, everyOther: true));
            await crowd.TalkAsync(LongerThanALease);
            await RestoreAsync(network, node, cluster, crowd);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.Message}\n{cluster.Logs()}", error);
        }
    }

    private static Task CutAsync(PrivateNetwork network, ClusterProcess node)
    {
        node.IsServing = false;
        return network.CutAsync();
    }

    /// <summary>All is as the clients know it, stays so, and each of them has heard everything once and in order.</summary>
    private static async Task RestoreAsync(PrivateNetwork network, ClusterProcess node, ClusterProcesses cluster, Crowd crowd)
    {
        await network.RestoreAsync();
        await cluster.HealedAsync();
        await crowd.ReachAllAsync();
        await crowd.KnownAsync();
        await crowd.TalkAsync(AWhile);
        Assert.Null(await crowd.FindStrangerAsync());
        TestContext.Current.SendDiagnosticMessage(await crowd.AuditAsync());
        node.IsServing = true;
    }
}
