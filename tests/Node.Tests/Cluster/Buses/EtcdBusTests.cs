using Node.Rpc.Etcd;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Buses;

/// <summary>A real etcd.</summary>
public sealed class EtcdBusTests : BusTests
{
    [Fact]
    public async Task A_room_whose_key_is_gone_goes_on_in_another_life()
    {
        await using EtcdBusFixture bus = await EtcdBusFixture.StartAsync(2);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        MessageModel joined = await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 1 });
        using EtcdClient etcd = bus.Server.Client();
        Assert.True(await etcd.DeleteAsync("/pubsub/room/lobby"));
        Assert.Equal(2UL, (await bob.RequestAsync(HubClient.Of("publish", "lobby", "2"))).Offset);
        await alice.ReceiveAsync(message => message is { MessageId: "publish", Offset: 2, Data: "2" });
        Assert.NotEqual(joined.Epoch, (await alice.JoinAsync("lobby")).Epoch);
        Assert.All(bus.Buses, one => Assert.Equal(0, one.Core.Counters.Missed));
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
