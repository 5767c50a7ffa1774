using Node.Controller.State;
using Node.Controller.Stores;

namespace Node.Tests.Controller;

/// <summary>One behaviour for every store, against real servers.</summary>
public class StoreTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_held_comes_back_and_what_is_forgotten_does_not(StoreKind kind)
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(kind);
        await using IMembershipStore store = under.New();
        await store.OpenAsync(1, default);
        StoreBatch batch = new();
        batch.Nodes.AddRange([new NodeAnnouncement("n1", ulong.MaxValue / 4, "10.0.0.5:50052", "ws://x"), new NodeAnnouncement("n2", 7)]);
        batch.Connections.AddRange(
        [
            Connection("n1", 1, "anna", "lobby", "lobby "), Connection("n1", ulong.MaxValue, "ärger", []), Connection("n2", 1, "Anna", "Lobby", "tea", "l'%_\"x"),
        ]);
        batch.Rooms.Add(new RoomRecord("lobby", 5, new Dictionary<string, string> { ["topic"] = "größe" }));
        batch.Rooms.Add(new RoomRecord("tea", 6, new Dictionary<string, string>()));
        await store.WriteAsync(batch, default);
        await store.WriteAsync(batch, default);

        StoreBatch second = new();
        second.GoneConnections.Add(new ConnectionKey("n1", 1));
        second.GoneRooms.Add("tea");
        second.Connections.Add(Connection("n2", 1, "Anna", "tea"));
        await store.WriteAsync(second, default);

        await using IMembershipStore again = under.New();
        await again.OpenAsync(2, default);
        StoreBatch read = await ReadAsync(again);
        Assert.Equal([new NodeAnnouncement("n1", ulong.MaxValue / 4, "10.0.0.5:50052", "ws://x"), new NodeAnnouncement("n2", 7)], read.Nodes.OrderBy(node => node.Id));
        Assert.Equal([$"n1/{ulong.MaxValue} ärger: ", "n2/1 Anna: tea"], read.Connections.Select(Show).Order());
        RoomRecord room = Assert.Single(read.Rooms);
        Assert.Equal(("lobby", 5L, "größe"), (room.Room, room.SinceMs, room.Metadata["topic"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task With_a_node_go_its_connections(StoreKind kind)
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(kind);
        await using IMembershipStore store = under.New();
        await store.OpenAsync(1, default);
        StoreBatch batch = new();
        batch.Nodes.AddRange([new NodeAnnouncement("n1", 1), new NodeAnnouncement("n2", 1)]);
        batch.Connections.AddRange(Enumerable.Range(1, 3000).Select(i => Connection("n1", (ulong)i, $"user-{i}", "lobby")));
        batch.Connections.Add(Connection("n2", 1, "anna", "lobby"));
        await store.WriteAsync(batch, default);
        Assert.Equal(3001, (await ReadAsync(store)).Connections.Count);

        StoreBatch gone = new();
        gone.GoneNodes.Add("n1");
        await store.WriteAsync(gone, default);
        StoreBatch read = await ReadAsync(store);
        Assert.Equal(["n2"], read.Nodes.Select(node => node.Id));
        Assert.Equal(["n2/1 anna: lobby"], read.Connections.Select(Show));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_earlier_leader_cannot_write_any_more(StoreKind kind)
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(kind);
        await using IMembershipStore first = under.New();
        await using IMembershipStore second = under.New();
        await first.OpenAsync(10, default);
        await second.OpenAsync(11, default);
        StoreBatch batch = new();
        batch.Nodes.Add(new NodeAnnouncement("n1", 1));
        await Assert.ThrowsAsync<StoreFencedException>(() => first.WriteAsync(batch, default));
        await Assert.ThrowsAsync<StoreFencedException>(() => first.OpenAsync(10, default));
        await second.WriteAsync(batch, default);
        Assert.Single((await ReadAsync(second)).Nodes);
    }

    internal static ConnectionRecord Connection(string node, ulong number, string user, params string[] rooms) =>
        new(new ConnectionKey(node, number), user, 1000, rooms);

    internal static string Show(ConnectionRecord record) =>
        $"{record.Key.Node}/{record.Key.Number} {record.User}: {string.Join(' ', record.Rooms.Order(StringComparer.Ordinal))}";

    internal static async Task<StoreBatch> ReadAsync(IMembershipStore store)
    {
        StoreBatch all = new();
        await foreach (StoreBatch part in store.ReadAsync(default))
        {
            all.Nodes.AddRange(part.Nodes);
            all.Connections.AddRange(part.Connections);
            all.Rooms.AddRange(part.Rooms);
        }

        return all;
    }
}
