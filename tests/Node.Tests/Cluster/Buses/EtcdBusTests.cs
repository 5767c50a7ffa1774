using Node.Rpc.Etcd;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Buses;

/// <summary>A real etcd.</summary>
public sealed class EtcdBusTests : BusTests
{
    [Fact]
    public async Task A_room_goes_on_when_the_node_that_wrote_its_key_last_has_left()
    {
        await using EtcdBusFixture bus = await EtcdBusFixture.StartAsync(2);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        MessageModel joined = await bob.JoinAsync("lobby");
        await alice.JoinAsync("lobby");
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 1 });

        // Its lease takes the key along; who has members puts it back.
        await bus.Buses[0].DisposeAsync();
        bus.Buses.RemoveAt(0);
        MessageModel answer = await bob.RequestAsync(HubClient.Of("publish", "lobby", "2"));
        Assert.Equal((0u, 2UL), (answer.ErrorCode, answer.Offset));
        Assert.DoesNotContain(await bob.DrainAsync(), message => message.MessageId == "join");
        Assert.Equal(joined.Epoch, (await bob.JoinAsync("lobby")).Epoch);
        Assert.Equal(0, bus.Buses[0].Core.Counters.Missed);
    }

    [Fact]
    public async Task A_room_whose_key_went_while_nobody_could_see_it_goes_on_in_another_life()
    {
        EtcdServer server = await EtcdServer.StartAsync();
        await using var link = new TcpLink(server.Address);
        await using EtcdBusFixture bus = EtcdBusFixture.Over(server, 1, link.Endpoint);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        MessageModel joined = await alice.JoinAsync("lobby");
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);
        await alice.ReceiveAsync(message => message is { MessageId: "publish", Offset: 1 });
        link.Cut();
        using EtcdClient etcd = server.Client();
        Assert.True(await etcd.DeleteAsync("/pubsub/room/lobby"));
        await etcd.CompactAsync((await etcd.RangeAsync("/pubsub/")).Revision);
        link.Mend();
        Assert.NotEqual(joined.Epoch, (await alice.ReceiveAsync("join")).Epoch);
        Assert.Equal(2UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "2"))).Offset);
    }

    [Fact]
    public async Task Who_was_cut_off_while_etcd_compacted_says_what_it_missed_and_goes_on()
    {
        EtcdServer server = await EtcdServer.StartAsync();
        await using var link = new TcpLink(server.Address);
        await using EtcdBusFixture bus = EtcdBusFixture.Over(server, 2, link.Endpoint);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        link.Cut();
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal((ulong)i, (await alice.RequestAsync(HubClient.Of("publish", "lobby", $"{i}"))).Offset);
        }

        using EtcdClient etcd = server.Client();
        await etcd.CompactAsync((await etcd.RangeAsync("/pubsub/")).Revision);
        link.Mend();
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 5 });
        Assert.Equal(4, bus.Buses[1].Core.Counters.Missed);
        Assert.Equal(6UL, (await bob.RequestAsync(HubClient.Of("publish", "lobby", "6"))).Offset);
        await alice.ReceiveAsync(message => message is { MessageId: "publish", Offset: 6 });
    }

    [Fact]
    public async Task What_somebody_else_writes_is_left_out()
    {
        await using EtcdBusFixture bus = await EtcdBusFixture.StartAsync(1);
        using EtcdClient etcd = bus.Server.Client();
        await etcd.PutAsync("/pubsub/room/lobby", "not ours"u8.ToArray());
        await etcd.PutAsync("/pubsub/broadcast", "not ours"u8.ToArray());
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await alice.JoinAsync("lobby");
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);
    }

    private protected override async Task<BusFixture> StartAsync(int nodes) => await EtcdBusFixture.StartAsync(nodes);
}
