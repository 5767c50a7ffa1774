using Node.Hub;

namespace Node.Tests.Hub;

/// <summary>What operators can see of a hub, and do to it.</summary>
public class HubViewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Rooms_come_in_the_order_of_their_names_from_all_loops(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(server, "bob");
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"room-{i:00}"), "zoo", "Äpfel"];
        foreach (string name in names.Reverse())
        {
            await alice.JoinAsync(name);
        }

        await bob.JoinAsync("zoo");
        HubView view = server.Hub.View;
        Assert.Equal(names, (await view.ListRoomsAsync("", "", 100)).Select(room => room.Name));
        Assert.Equal(names[..5], (await view.ListRoomsAsync("", "", 5)).Select(room => room.Name));
        Assert.Equal(names[5..8], (await view.ListRoomsAsync("room-", "room-04", 3)).Select(room => room.Name));
        Assert.Equal([new RoomSummary("zoo", 2, 2)], await view.ListRoomsAsync("zo", "", 5));
        Assert.Empty(await view.ListRoomsAsync("zo", "zoo", 5));
        Assert.Equal(33, server.Hub.MemberCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_user_is_seen_with_every_connection_and_its_rooms(int loops)
    {
        using var server = new HubServer(loops);
        var clients = new List<HubClient>();
        for (int i = 0; i < 6; i++)
        {
            clients.Add(await HubClient.NamedAsync(server, "alice"));
            await clients[i].JoinAsync("lobby");
            await clients[i].JoinAsync($"room-{i}");
        }

        IReadOnlyList<ConnectionState> seen = await server.Hub.View.ConnectionsOfAsync("alice");
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"lobby room-{i}"), seen.Select(connection => string.Join(' ', connection.Rooms)));
        Assert.All(seen, connection => Assert.Equal($"node-1-{connection.Generation}", connection.ClientId));
        Assert.Empty(await server.Hub.View.ConnectionsOfAsync("nobody"));

        RoomPresence room = await server.Hub.View.RoomAsync("lobby", 0);
        Assert.Equal((6, 1), (room.Connections, room.UserCount));
        Assert.Empty(room.Users);

        Assert.Equal(1, await server.Hub.KickAsync("alice", "one", 4001, seen[2].ClientId));
        Assert.Equal(4001, await clients[2].ReceiveCloseAsync());
        Assert.Equal(0, await server.Hub.KickAsync("alice", clientId: "node-1-0"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => server.Hub.KickAsync("alice", code: 1006));
        foreach (HubClient client in clients)
        {
            await client.DisposeAsync();
        }

        await server.AssertEmptyAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_application_can_speak_as_somebody(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await alice.JoinAsync("lobby");
        await server.Hub.SendToUserAsync("alice", "1", sender: "shop");
        await server.Hub.PublishAsync("lobby", "2", "shop");
        await server.Hub.BroadcastAsync("3", sender: "shop");
        foreach (string route in new[] { "direct", "publish", "broadcast" })
        {
            Assert.Equal("shop", (await alice.ReceiveAsync(route)).User);
        }
    }
}
