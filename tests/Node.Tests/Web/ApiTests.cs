using System.Text.Json;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Standalone;

namespace Node.Tests.Web;

/// <summary>What every route of the API does, over the standalone system as a process and in this one.</summary>
public sealed class ApiTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_push_to_a_user_reaches_every_connection(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient one = await site.ConnectAsync("alice");
        await using HubClient two = await site.ConnectAsync("alice");
        JsonElement result = (await site.PostAsync("api/push/user/alice", """{"data":{"order":17}}""")).Good();
        Assert.Equal("""{"nodes":1,"connections":2,"unknown":[],"failed_nodes":[],"repeated":false}""", result.GetRawText());
        foreach (HubClient client in new[] { one, two })
        {
            MessageModel message = await client.ReceiveAsync("direct");
            Assert.Equal(("", """{"order":17}"""), (message.User, message.Data));
        }

        await site.PostAsync("api/push/user/alice", """{"data":"hi","user":"support","message_id":"note"}""");
        MessageModel note = await one.ReceiveAsync("note");
        Assert.Equal(("support", "\"hi\""), (note.User, note.Data));

        JsonElement nobody = (await site.PostAsync("api/push/user/bob", """{"data":null}""")).Good();
        Assert.Equal("""{"nodes":0,"connections":0,"unknown":["bob"],"failed_nodes":[],"repeated":false}""", nobody.GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_push_to_a_room_is_numbered_among_its_messages(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient alice = await site.ConnectAsync("alice");
        MessageModel joined = await alice.JoinAsync("a/b c");
        await alice.RequestAsync("publish", "a/b c", "1");
        JsonElement result = (await site.PostAsync("api/push/room/a%2Fb%20c", """{"data":[2],"user":"host","message_id":"publish"}""")).Good();
        Assert.Equal((1, 2ul, joined.Epoch), (
            result.GetProperty("connections").GetInt32(), result.GetProperty("offset").GetUInt64(), result.GetProperty("epoch").GetString()));
        MessageModel message = await alice.ReceiveAsync(message => message.Offset == 2);
        Assert.Equal(("publish", "a/b c", "host", "[2]"), (message.MessageId, message.Room, message.User, message.Data));

        JsonElement empty = (await site.PostAsync("api/push/room/nowhere", """{"data":1}""")).Good();
        Assert.Equal("nowhere", empty.GetProperty("unknown")[0].GetString());
        Assert.False(empty.TryGetProperty("offset", out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broadcast_reaches_everybody(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient alice = await site.ConnectAsync("alice");
        await using HubClient bob = await site.ConnectAsync("bob");
        Assert.Equal(2, (await site.PostAsync("api/broadcast", """{"data":"all"}""")).Good().GetProperty("connections").GetInt32());
        Assert.Equal("\"all\"", (await alice.ReceiveAsync("broadcast")).Data);
        Assert.Equal("\"all\"", (await bob.ReceiveAsync("broadcast")).Data);
        await site.PostAsync("api/broadcast", """{"data":1,"message_id":"tick"}""");
        Assert.Equal("1", (await bob.ReceiveAsync("tick")).Data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_was_used_does_nothing_and_gets_the_first_answer(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient alice = await site.ConnectAsync("alice");
        const string Body = """{"data":1,"idempotency_key":"order-17"}""";
        Assert.False((await site.PostAsync("api/push/user/alice", Body)).Good().GetProperty("repeated").GetBoolean());
        JsonElement again = (await site.PostAsync("api/push/user/alice", Body)).Good();
        Assert.Equal((true, 1), (again.GetProperty("repeated").GetBoolean(), again.GetProperty("connections").GetInt32()));
        Assert.Single(await alice.DrainAsync(), message => message.MessageId == "direct");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rooms_are_listed_by_name_a_page_at_a_time(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient alice = await site.ConnectAsync("alice");
        await using HubClient bob = await site.ConnectAsync("bob");
        foreach (string room in new[] { "game-2", "lobby", "game-1", "game-3" })
        {
            await alice.JoinAsync(room);
        }

        await bob.JoinAsync("game-1");
        Assert.Equal(
            """{"rooms":[{"room":"game-1","members":2,"user_count":2},{"room":"game-2","members":1,"user_count":1}],"next":"game-2"}""",
            (await site.GetAsync("api/rooms?prefix=game&limit=2")).Good().GetRawText());
        Assert.Equal(
            """{"rooms":[{"room":"game-3","members":1,"user_count":1}]}""",
            (await site.GetAsync("api/rooms?prefix=game&limit=2&after=game-2")).Good().GetRawText());
        Assert.Equal(4, (await site.GetAsync("api/rooms")).Good().GetProperty("rooms").GetArrayLength());
        Assert.Equal("""{"rooms":[]}""", (await site.GetAsync("api/rooms?prefix=none")).Good().GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_room_and_a_user_say_who_is_where(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient one = await site.ConnectAsync("alice");
        await using HubClient two = await site.ConnectAsync("alice");
        await one.JoinAsync("lobby");
        await two.JoinAsync("lobby");
        await two.JoinAsync("den");
        // The real process has a controller, which adds since when; its reports may still be under way.
        Assert.StartsWith(
            """{"room":"lobby","members":2,"user_count":1,"users":["alice"],"nodes":{"node-1":2},"metadata":{}""",
            (await site.GetAsync("api/rooms/lobby")).Good().GetRawText(), StringComparison.Ordinal);

        JsonElement[] connections = [.. (await site.GetAsync("api/users/alice")).Good().GetProperty("connections").EnumerateArray()];
        Assert.Equal(["""["lobby"]""", """["lobby","den"]"""], connections.Select(connection => connection.GetProperty("rooms").GetRawText()));
        Assert.All(connections, connection => Assert.Equal("node-1", connection.GetProperty("node").GetString()));
        Assert.Equal(
            connections.Select(connection => $"node-1-{connection.GetProperty("generation")}"),
            connections.Select(connection => connection.GetProperty("client").GetString()!));

        (await site.GetAsync("api/rooms/nowhere")).Problem(404);
        (await site.GetAsync("api/users/nobody")).Problem(404);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_kick_ends_one_connection_or_all_of_them(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient one = await site.ConnectAsync("alice");
        await using HubClient two = await site.ConnectAsync("alice");
        string client = (await site.GetAsync("api/users/alice")).Good().GetProperty("connections")[0].GetProperty("client").GetString()!;
        string body = JsonSerializer.Serialize(new { user = "alice", client, code = 4001, reason = "enough" });
        Assert.Equal("""{"connections":1}""", (await site.PostAsync("api/kick", body)).Good().GetRawText());
        Assert.Equal(4001, await one.ReceiveCloseAsync());
        Assert.Equal("enough", one.Peer.Closed!.Value.Reason);
        await two.RequestAsync("ping");

        Assert.Equal(1, (await site.PostAsync("api/kick", """{"user":"alice"}""")).Good().GetProperty("connections").GetInt32());
        Assert.Equal(3502, await two.ReceiveCloseAsync());
        Assert.Equal("""{"connections":0}""", (await site.PostAsync("api/kick", """{"user":"nobody"}""")).Good().GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nodes_sums_and_health_tell_how_the_system_does(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process);
        await using HubClient alice = await site.ConnectAsync("alice");
        await alice.JoinAsync("lobby");
        await alice.JoinAsync("den");

        // The loop that owns a user's name counts him, which is not that of his connection.
        JsonElement node = await StandaloneUnderTest.UntilAsync(
            async () => (await site.GetAsync("api/nodes")).Good().GetProperty("nodes")[0], found => found.GetProperty("users").GetInt32() > 0);
        Assert.Equal(("node-1", "ready", 1, 1), (
            node.GetProperty("node").GetString(), node.GetProperty("state").GetString(),
            node.GetProperty("connections").GetInt32(), node.GetProperty("users").GetInt32()));
        Assert.StartsWith("ws://127.0.0.1:", node.GetProperty("client_url").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"nodes":1,"connections":1,"users":1,"rooms":2,"members":2}""", (await site.GetAsync("api/stats")).Good().GetRawText());
        JsonElement health = (await site.GetAsync("api/health")).Good();
        Assert.Equal("ok", health.GetProperty("status").GetString());
        string[] parts = [.. health.GetProperty("parts").EnumerateArray().Select(part => part.GetRawText())];
        Assert.Contains("""{"name":"node-1","role":"connect-node","state":"ok","detail":""}""", parts);
        Assert.All(parts, part => Assert.Contains("\"state\":\"ok\"", part, StringComparison.Ordinal));
        JsonElement connect = (await site.GetAsync("api/connect-info")).Good();
        Assert.Equal(node.GetProperty("client_url").GetString(), connect.GetProperty("url").GetString());
        Assert.Equal(0, connect.GetProperty("fallbacks").GetArrayLength());
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        ApiReply found = await site.SendAsync(HttpMethod.Head, "api/stats", null);
        ApiReply missing = await site.SendAsync(HttpMethod.Head, "api/rooms/nowhere", null);
        Assert.Equal((200, "", 404, ""), (found.Status, found.Text, missing.Status, missing.Text));
    }
}
