using System.Net;
using Node.Protocol.Connect;
using Node.Rpc;
using Node.Tests.Hub;
using Node.Wire;

namespace Node.Tests.Cluster.Processes;

/// <summary>A node that is emptied, and one that is told to stop: their clients hear where to come back.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class DrainTests
{
    [Fact]
    public async Task Who_is_sent_away_is_told_another_node_and_gets_there()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 2, Managers: 1));
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].HttpAddress, "alice");
        await alice.JoinAsync("lobby");
        using (GrpcChannel channel = cluster.Nodes[0].Channel())
        {
            await new NodeService.NodeServiceClient(channel).DrainAsync(new DrainRequest { Rate = 100 });
        }

        Assert.Equal(CloseCode.Drain, await alice.ReceiveCloseAsync());
        IPEndPoint other = HintOf(alice);
        Assert.Equal(cluster.Nodes[1].HttpAddress, other);
        await using HubClient again = await HubClient.NamedAsync(other, "alice");
        await again.JoinAsync("lobby");

        // Nobody is left to send these to.
        await cluster.Nodes[0].KillAsync();
        using (GrpcChannel channel = cluster.Nodes[1].Channel())
        {
            await new NodeService.NodeServiceClient(channel).DrainAsync(new DrainRequest { Rate = 100 });
        }

        Assert.Equal(CloseCode.Drain, await again.ReceiveCloseAsync());
        Assert.DoesNotContain("node=", again.Peer.Closed!.Value.Reason, StringComparison.Ordinal);
    }

    private static IPEndPoint HintOf(HubClient client)
    {
        string reason = client.Peer.Closed!.Value.Reason;
        string? hint = reason.Split(' ').SingleOrDefault(word => word.StartsWith("node=", StringComparison.Ordinal));
        Assert.True(hint is not null, reason);
        return IPEndPoint.Parse(hint["node=".Length..]);
    }
}
