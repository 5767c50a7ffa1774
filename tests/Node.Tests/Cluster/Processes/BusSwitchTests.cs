using Node.Protocol.Controller;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Processes;

/// <summary>The bus of real nodes, changed in their settings files while clients are connected.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class BusSwitchTests
{
    private const string Room = "lobby";

    [Fact]
    public async Task Nodes_go_from_bus_to_bus_as_their_files_say_and_every_connection_stays()
    {
        await using RedisServer redis = await RedisServer.StartNewAsync();
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(
            new ClusterSetup(Nodes: 2, Managers: 1) { Environment = [("REDIS_ADDR", redis.Address)], NodeSettings = YamlOf("none") });

        // A client whose connection ends fails the test: it never opens another one.
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].HttpAddress, "alice");
        await using HubClient bob = await HubClient.NamedAsync(cluster.Nodes[1].HttpAddress, "bob");
        string alone = (await alice.JoinAsync(Room)).Epoch;
        Assert.NotEqual(alone, (await bob.JoinAsync(Room)).Epoch);
        await ApartAsync(alice, bob);
        foreach (string bus in (string[])["managers", "etcd", "redis", "managers", "none", "redis"])
        {
            cluster.Nodes.ForEach(node => node.Configure(YamlOf(bus)));
            (MessageModel forAlice, MessageModel forBob) = (await LifeAsync(alice), await LifeAsync(bob));
            bool isShared = bus != "none";
            Assert.True(forAlice.Epoch == forBob.Epoch == isShared, $"{bus}: {forAlice} {forBob}\n{cluster.Logs()}");
            await (isShared ? TogetherAsync(alice, bob) : ApartAsync(alice, bob));
            await cluster.UntilAsync(() => CountAsync(cluster, isShared ? 2UL : 0));
        }
    }

    private static string YamlOf(string bus) => $"cluster:\n  bus: {bus}\n";

    /// <summary>The room begins another life with each bus, of which its members are told.</summary>
    private static Task<MessageModel> LifeAsync(HubClient client) => client.ReceiveAsync("join");

    /// <summary>Each hears the other and itself, in the same order.</summary>
    private static async Task TogetherAsync(HubClient alice, HubClient bob)
    {
        ulong first = (await alice.RequestAsync("publish", Room, "1")).Offset;
        ulong second = (await bob.RequestAsync("publish", Room, "2")).Offset;
        Assert.Equal(first + 1, second);
        foreach (HubClient client in (HubClient[])[alice, bob])
        {
            List<(string, string, ulong)> heard = [];
            while (heard.Count < 2)
            {
                MessageModel message = await client.ReceiveAsync("publish");
                heard.Add((message.User, message.Data, message.Offset));
            }

            Assert.Equal([("alice", "1", first), ("bob", "2", second)], heard);
        }
    }

    /// <summary>Each hears itself alone.</summary>
    private static async Task ApartAsync(HubClient alice, HubClient bob)
    {
        foreach (HubClient client in (HubClient[])[alice, bob])
        {
            await client.RequestAsync("publish", Room, "3");
        }

        foreach ((HubClient client, string name) in ((HubClient, string)[])[(alice, "alice"), (bob, "bob")])
        {
            Assert.Equal([name], (await client.DrainAsync()).Where(message => message.MessageId == "publish").Select(message => message.User));
        }
    }

    private static async Task<string?> CountAsync(ClusterProcesses cluster, ulong members)
    {
        RoomStats? stats = await cluster.AskAsync(controller => controller.GetRoomStatsAsync(new GetRoomStatsRequest()).ResponseAsync);
        return stats?.Members == members ? null : $"the controller counts {stats}, not {members}";
    }
}
