using Node.Tests.Hub;
using Node.Tests.Messages;

namespace Node.Tests.Cluster.Buses;

/// <summary>A real Redis.</summary>
public sealed class RedisBusTests : BusTests
{
    [Fact]
    public async Task Rooms_that_Redis_has_forgotten_go_on_in_another_life()
    {
        await using RedisBusFixture bus = await RedisBusFixture.StartAsync(2, isForgetful: true);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        MessageModel joined = await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 1 });
        await bus.TakeAwayAsync();
        await bus.BringBackAsync();
        Assert.Equal(2UL, (await bob.RequestAsync(HubClient.Of("publish", "lobby", "2"))).Offset);

        // Until Alice's node has linked the room anew: joining again tells where it stands.
        while ((await alice.JoinAsync("lobby")).Epoch == joined.Epoch)
        {
        }

        Assert.Equal(3UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "3"))).Offset);
        await alice.ReceiveAsync(message => message is { MessageId: "publish", Data: "3", Offset: 3 });
    }

    private protected override async Task<BusFixture> StartAsync(int nodes) => await RedisBusFixture.StartAsync(nodes);
}
