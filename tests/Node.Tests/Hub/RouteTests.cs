using System.Text.Json;
using Node.Hub;
using Node.Tests.Messages;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>The routes of protocol/client.md on real sockets: both subprotocols, one loop and several.</summary>
public class RouteTests
{
    public static TheoryData<int, bool> Ways => new() { { 1, false }, { 1, true }, { 3, false }, { 3, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Connect_names_the_user_and_tells_about_the_node(int loops, bool proto)
    {
        using var server = new HubServer(loops, new HubOptions { NodeId = "n7", HeartbeatInterval = 12_000 });
        await using HubClient client = await HubClient.OpenAsync(server, new HubPeer("/ws", proto));
        MessageModel reply = await client.RequestAsync(HubClient.Of("connect") with { User = "alice" });
        Assert.Equal("alice", reply.User);
        using JsonDocument data = JsonDocument.Parse(reply.Data);
        Assert.Equal("n7", data.RootElement.GetProperty("node").GetString());
        Assert.Equal(1, data.RootElement.GetProperty("version").GetInt32());
        Assert.Equal(12_000, data.RootElement.GetProperty("heartbeat_ms").GetInt32());
        Assert.StartsWith("n7-", data.RootElement.GetProperty("client").GetString(), StringComparison.Ordinal);
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync(HubClient.Of("connect") with { User = "bob" })).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Ping_comes_back_as_it_came_and_without_seq_not_at_all(int loops, bool proto)
    {
        using var server = new HubServer(loops);
        await using HubClient client = await HubClient.NamedAsync(server, "alice", proto);
        await client.SendAsync(HubClient.Of("ping", data: "1"));
        MessageModel reply = await client.RequestAsync("ping", data: "{\"t\":1}");
        Assert.Equal("{\"t\":1}", reply.Data);
        Assert.Empty(client.Peer.Inbox);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_room_from_first_join_to_last_leave(int loops, bool proto)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice", proto);
        await using HubClient bob = await HubClient.NamedAsync(server, "bob");
        MessageModel joined = await alice.JoinAsync("lobby");
        Assert.Equal(("lobby", 0UL, "{\"count\":1,\"users\":[\"alice\"]}"), (joined.Room, joined.Offset, joined.Data));
        Assert.NotEmpty(joined.Epoch);
        AssertBoth(await bob.JoinAsync("lobby"));
        Assert.Equal(("lobby", "bob"), Who(await alice.ReceiveAsync("joined")));

        MessageModel published = await alice.RequestAsync("publish", "lobby", "\"hello\"");
        Assert.Equal(("lobby", 1UL), (published.Room, published.Offset));
        foreach (HubClient member in new[] { alice, bob })
        {
            MessageModel heard = await member.ReceiveAsync("publish");
            Assert.Equal(("lobby", "alice", 1UL, "\"hello\""), (heard.Room, heard.User, heard.Offset, heard.Data));
        }

        AssertBoth(await bob.RequestAsync("presence", "lobby"));
        Assert.Equal(0u, (await bob.RequestAsync("leave", "lobby")).ErrorCode);
        Assert.Equal(("lobby", "bob"), Who(await alice.ReceiveAsync("left")));
        Assert.Equal(ErrorCode.NotAMember, (await bob.RequestAsync("leave", "lobby")).ErrorCode);
        await alice.RequestAsync("leave", "lobby");
        await server.UntilAsync(() => server.Hub.RoomCount == 0);
        Assert.NotEqual(joined.Epoch, (await bob.JoinAsync("lobby")).Epoch);
    }

    [Fact]
    public async Task Presence_says_that_it_is_partial_while_nobody_can_tell_of_other_nodes()
    {
        RoomPresence? everywhere = null;
        using var server = new HubServer(map: hub => hub.Roster = (_, _) => Task.FromResult(everywhere));
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        Assert.Equal("{\"count\":1,\"users\":[\"alice\"],\"partial\":true}", (await alice.JoinAsync("lobby")).Data);
        Assert.Equal("{\"count\":1,\"users\":[\"alice\"],\"partial\":true}", (await alice.RequestAsync("presence", "lobby")).Data);
        everywhere = await server.Hub.PresenceAsync("lobby");
        Assert.Equal("{\"count\":1,\"users\":[\"alice\"]}", (await alice.RequestAsync("presence", "lobby")).Data);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task History_and_recovery_give_what_was_missed(int loops, bool proto)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice", proto);
        string epoch = (await alice.JoinAsync("lobby")).Epoch;
        for (int i = 1; i <= 5; i++)
        {
            await alice.RequestAsync("publish", "lobby", $"{i}");
        }

        MessageModel history = await alice.RequestAsync("history", "lobby", "{\"limit\":2}", offset: 2);
        Assert.Equal((5UL, epoch), (history.Offset, history.Epoch));
        Assert.Equal(
            "{\"messages\":[{\"offset\":3,\"user\":\"alice\",\"data\":3},{\"offset\":4,\"user\":\"alice\",\"data\":4}]}", history.Data);

        await using HubClient bob = await HubClient.NamedAsync(server, "bob", proto);
        await bob.SendAsync(HubClient.Of("join", "lobby") with { Seq = 9, Offset = 3, Epoch = epoch });
        MessageModel reply = await bob.ReceiveAsync(message => message.Seq == 9);
        Assert.Contains("\"recovered\":true", reply.Data, StringComparison.Ordinal);
        Assert.Equal((4UL, "4"), Content(await bob.ReceiveAsync("publish")));
        Assert.Equal((5UL, "5"), Content(await bob.ReceiveAsync("publish")));

        await using HubClient carol = await HubClient.NamedAsync(server, "carol", proto);
        MessageModel other = await carol.RequestAsync("join", "lobby", offset: 3, epoch: "another");
        Assert.Contains("\"recovered\":false", other.Data, StringComparison.Ordinal);
        Assert.DoesNotContain(await carol.DrainAsync(), message => message.MessageId == "publish");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Direct_reaches_every_connection_of_a_user(int loops, bool proto)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice", proto);
        await using HubClient first = await HubClient.NamedAsync(server, "bob");
        await using HubClient second = await HubClient.NamedAsync(server, "bob", proto: true);
        MessageModel reply = await alice.RequestAsync(HubClient.Of("direct", data: "\"psst\"") with { User = "bob" });
        Assert.Equal("{\"connections\":2}", reply.Data);
        foreach (HubClient bob in new[] { first, second })
        {
            MessageModel heard = await bob.ReceiveAsync("direct");
            Assert.Equal(("alice", "\"psst\""), (heard.User, heard.Data));
        }

        Assert.Equal(ErrorCode.UserOffline, (await alice.RequestAsync(HubClient.Of("direct") with { User = "nobody" })).ErrorCode);
        await alice.SendAsync(HubClient.Of("direct") with { User = "nobody" });
        Assert.Equal(ErrorCode.UserOffline, (await alice.ReceiveAsync("direct")).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_user_with_several_connections_joins_once_and_leaves_once(int loops, bool proto)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice", proto);
        await alice.JoinAsync("lobby");
        HubClient[] bobs = [await HubClient.NamedAsync(server, "bob"), await HubClient.NamedAsync(server, "bob")];
        AssertBoth(await bobs[0].JoinAsync("lobby"));
        AssertBoth(await bobs[1].JoinAsync("lobby"));
        await bobs[0].RequestAsync("leave", "lobby");
        bobs[1].Abort();
        await alice.ReceiveAsync("joined");
        await alice.ReceiveAsync("left");
        Assert.Empty(await alice.DrainAsync());
        await bobs[0].DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Data_crosses_from_one_encoding_to_the_other(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient json = await HubClient.NamedAsync(server, "json");
        await using HubClient proto = await HubClient.NamedAsync(server, "proto", proto: true);
        await json.JoinAsync("lobby");
        await proto.JoinAsync("lobby");
        await json.SendAsync(HubClient.Of("publish", "lobby", "{\"a\":[1]}"));
        Assert.Equal("{\"a\":[1]}", (await proto.ReceiveAsync("publish")).Data);
        await json.ReceiveAsync("publish");
        await proto.SendAsync(HubClient.Of("publish", "lobby", "\u00ff\u0000") with { Kind = DataKind.Binary });
        MessageModel heard = await json.ReceiveAsync("publish");
        Assert.Equal((DataKind.Binary, "\u00ff\u0000"), (heard.Kind, heard.Data));
        await json.SendTextAsync("{\"message_id\":\"publish\",\"room\":\"lobby\",\"data_base64\":\"/wA=\"}");
        await proto.ReceiveAsync("publish");
        Assert.Equal("\u00ff\u0000", (await proto.ReceiveAsync("publish")).Data);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Compressed_members_hear_the_same_as_plain_ones(int loops)
    {
        var deflate = new DeflateOptions { Enabled = true, MinSize = 32 };
        using var server = new HubServer(loops, new HubOptions { Deflate = deflate with { ServerNoContextTakeover = false } });
        await using HubClient plain = await HubClient.NamedAsync(server, "plain");
        await using HubClient shared = await HubClient.NamedAsync(server, "shared", deflate: deflate);
        await using HubClient other = await HubClient.NamedAsync(server, "other", proto: true, deflate: deflate);
        await using HubClient own = await HubClient.NamedAsync(server, "own", deflate: deflate with { ServerNoContextTakeover = false });
        HubClient[] all = [plain, shared, other, own];
        Assert.Equal([false, true, true, true], all.Select(client => client.Peer.IsCompressed));
        foreach (HubClient client in all)
        {
            await client.JoinAsync("lobby");
        }

        string text = "\"" + new string('x', 5000) + "\"";
        for (int i = 0; i < 3; i++)
        {
            await own.SendAsync(HubClient.Of("publish", "lobby", text));
            await own.SendAsync(HubClient.Of("publish", "lobby", $"{i}"));
        }

        foreach (HubClient client in all)
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(text, (await client.ReceiveAsync("publish")).Data);
                Assert.Equal($"{i}", (await client.ReceiveAsync("publish")).Data);
            }
        }
    }

    private static (string Room, string User) Who(MessageModel message) => (message.Room, message.User);

    private static (ulong Offset, string Data) Content(MessageModel message) => (message.Offset, message.Data);

    /// <summary>Alice and bob are there; names come in no order.</summary>
    private static void AssertBoth(MessageModel reply) => Assert.Contains(
        reply.Data, (string[])["""{"count":2,"users":["alice","bob"]}""", """{"count":2,"users":["bob","alice"]}"""]);
}
