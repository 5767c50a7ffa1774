using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Node.Protocol.Connect;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Settings;
using Node.Wire;

namespace Node.Tests.Standalone;

/// <summary>The managers in the standalone process answer an application as those of a cluster do.</summary>
public sealed class StandaloneProcessTests
{
    [Fact]
    public async Task The_controller_knows_what_clients_know()
    {
        await using StandaloneUnderTest site = await StandaloneUnderTest.StartAsync();
        await using HubClient alice = await site.ConnectAsync("alice");
        await using HubClient again = await site.ConnectAsync("alice");
        await using HubClient bob = await site.ConnectAsync("bob");
        await alice.JoinAsync("tea");
        await again.JoinAsync("tea");
        await bob.JoinAsync("tea");
        await bob.JoinAsync("coffee");
        Assert.Equal(
            new RoomStats { Rooms = 2, Members = 4, Users = 2, Connections = 3, Nodes = 1 }, await site.StatsAsync("", stats => stats.Members == 4));

        RoomInfo tea = await site.Controller.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "tea" });
        Assert.Equal((3UL, 2UL, 3UL), (tea.Members, tea.UserCount, tea.Nodes["node-1"]));
        Assert.Equal(["alice", "bob"], tea.Users.Order());
        UserInfo user = await site.Controller.GetUserNodeAsync(new GetUserNodeRequest { User = "bob" });
        Assert.Equal(["coffee", "tea"], Assert.Single(user.Connections).Rooms.Order());
        Assert.Equal("node-1", user.Connections[0].Node);
        ListRoomsResponse rooms = await site.Controller.ListRoomsAsync(new ListRoomsRequest());
        Assert.Equal(["coffee", "tea"], rooms.Rooms.Select(room => room.Room));
        ListNodesResponse nodes = await site.Controller.ListNodesAsync(new ListNodesRequest());
        Protocol.Controller.NodeInfo node = Assert.Single(nodes.Nodes);
        Assert.Equal(("node-1", "ready", 3UL), (node.Node, node.State, node.Connections));
        Assert.StartsWith("ws://127.0.0.1:", node.ClientUrl, StringComparison.Ordinal);

        await bob.RequestAsync("leave", "tea");
        await again.DisposeAsync();
        await site.StatsAsync("", stats => stats is { Rooms: 2, Members: 2, Connections: 2, Users: 2 });
    }

    [Fact]
    public async Task JoinRoom_and_LeaveRoom_reach_the_client()
    {
        await using StandaloneUnderTest site = await StandaloneUnderTest.StartAsync();
        await using HubClient alice = await site.ConnectAsync("alice");
        await site.StatsAsync("", stats => stats.Connections == 1);
        JoinRoomResponse joined = await site.Controller.JoinRoomAsync(new JoinRoomRequest { User = "alice", Room = "tea" });
        Assert.Equal(1u, joined.Connections);
        Assert.Equal("tea", (await alice.ReceiveAsync("join")).Room);
        await site.StatsAsync("tea", stats => stats.Members == 1);
        await site.Controller.LeaveRoomAsync(new LeaveRoomRequest { User = "alice", Room = "tea" });
        Assert.Equal("tea", (await alice.ReceiveAsync("leave")).Room);
        await site.StatsAsync("tea", stats => stats.Members == 0);
        RpcException nobody = await Assert.ThrowsAsync<RpcException>(
            async () => await site.Controller.JoinRoomAsync(new JoinRoomRequest { User = "nobody", Room = "tea" }));
        Assert.Equal(StatusCode.NotFound, nobody.StatusCode);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task A_rooms_metadata_survives_a_restart(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent with kill");
        using var folder = new TestFolder();
        (string, string) file = ("DB_FILE", folder.At("kept/controller.db"));
        await using (StandaloneUnderTest before = await StandaloneUnderTest.StartAsync(file))
        {
            await using HubClient alice = await before.ConnectAsync("alice");
            await alice.JoinAsync("tea");
            await before.StatsAsync("tea", stats => stats.Members == 1);
            await before.Controller.SetRoomMetadataAsync(new SetRoomMetadataRequest { Room = "tea", Metadata = { ["topic"] = "green" } });
            await StandaloneUnderTest.UntilAsync(
                async () => await before.Controller.GetStatusAsync(new GetStatusRequest()),
                status => status.Stores is [{ Name: "sqlite", Available: true, Waiting: 0, BehindMs: 0 }]);
            await before.EndAsync(signal);
        }

        await using StandaloneUnderTest after = await StandaloneUnderTest.StartAsync(file);
        Assert.Equal(0UL, (await after.StatsAsync("", stats => stats.Connections == 0)).Members);
        await using HubClient back = await after.ConnectAsync("alice");
        await back.JoinAsync("tea");
        await after.StatsAsync("tea", stats => stats.Members == 1);
        RoomInfo tea = await after.Controller.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "tea" });
        Assert.Equal(("green", 1UL), (tea.Metadata["topic"], tea.Members));
        JsonElement overHttp = await after.GetAsync("/api/rooms/tea");
        Assert.Equal("""{"topic":"green"}""", overHttp.GetProperty("metadata").GetRawText());
        Assert.Equal(tea.SinceMs, overHttp.GetProperty("since_ms").GetInt64());
    }

    [Fact]
    public async Task A_push_reaches_user_room_and_everybody_once_a_key()
    {
        await using StandaloneUnderTest site = await StandaloneUnderTest.StartAsync();
        await using HubClient alice = await site.ConnectAsync("alice");
        await using HubClient bob = await site.ConnectAsync("bob");
        await bob.JoinAsync("tea");
        Payload payload = new() { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFromUtf8("17"), MessageId = "order" };
        Payload toRoom = new(payload) { MessageId = "" };
        PushOptions once = new() { IdempotencyKey = "order-17" };

        // The same key for another target is another push.
        for (int i = 0; i < 2; i++)
        {
            bool repeated = i > 0;
            PushResponse user = await site.Push.PushToUserAsync(new PushToUserRequest { User = "alice", Payload = payload, Options = once });
            PushResponse room = await site.Push.PushToRoomAsync(new PushToRoomRequest { Room = "tea", Payload = toRoom, Options = once });
            PushResponse all = await site.Push.BroadcastAsync(new BroadcastRequest { Payload = payload, Options = once });
            Assert.Equal((1UL, repeated), (user.Connections, user.Repeated));
            Assert.Equal((1UL, repeated, 1UL), (room.Connections, room.Repeated, room.Offset));
            Assert.Equal((2UL, repeated), (all.Connections, all.Repeated));
        }

        List<MessageModel> got = [.. await alice.DrainAsync(), .. await bob.DrainAsync()];
        Assert.Equal(3, got.Count(message => message.MessageId == "order"));
        Assert.Equal("tea", Assert.Single(got, message => message.MessageId == "publish").Room);

        PushResponse some = await site.Push.PushToUsersAsync(new PushToUsersRequest { Users = { "alice", "nobody" }, Payload = payload });
        Assert.Equal((1UL, "nobody"), (some.Connections, Assert.Single(some.Unknown)));
        PushResponse paced = await site.Push.BroadcastAsync(new BroadcastRequest { Payload = payload, Rate = 1000 });
        Assert.Equal(2UL, paced.Connections);
        await alice.ReceiveAsync("order");
        await bob.ReceiveAsync("order");
        payload.Data = ByteString.CopyFromUtf8("{");
        RpcException broken = await Assert.ThrowsAsync<RpcException>(
            async () => await site.Push.PushToUserAsync(new PushToUserRequest { User = "alice", Payload = payload }));
        Assert.Equal(StatusCode.InvalidArgument, broken.StatusCode);
        broken = await Assert.ThrowsAsync<RpcException>(
            async () => await site.Push.PushToRoomAsync(new PushToRoomRequest { Room = "tea", Payload = payload }));
        Assert.Equal(StatusCode.InvalidArgument, broken.StatusCode);
    }

    [Fact]
    public async Task The_nodes_own_service_answers()
    {
        await using StandaloneUnderTest site = await StandaloneUnderTest.StartAsync();
        await using HubClient alice = await site.ConnectAsync("alice");
        await alice.JoinAsync("tea");
        InspectResponse found = await site.Node.InspectAsync(new InspectRequest { User = "alice" });
        Assert.Equal("tea", Assert.Single(Assert.Single(found.Connections).Rooms));
        using AsyncDuplexStreamingCall<FromManager, FromNode> attach = site.Node.Attach();
        RpcException alone = await Assert.ThrowsAsync<RpcException>(() => attach.ResponseStream.MoveNext(default).WaitAsync(HubClient.Patience));
        Assert.Equal(StatusCode.FailedPrecondition, alone.StatusCode);
        Assert.Equal(1u, (await site.Push.KickAsync(new KickRequest { User = "alice" })).Connections);
        Assert.Equal(CloseCode.Kicked, await alice.ReceiveCloseAsync());

        await using HubClient bob = await site.ConnectAsync("bob");
        await site.Node.DrainAsync(new DrainRequest { Rate = 100 });
        await bob.ReceiveCloseAsync();
        await StandaloneUnderTest.UntilAsync(
            async () => await site.Controller.ListNodesAsync(new ListNodesRequest()), nodes => nodes.Nodes is [{ State: "draining" }]);
    }

    [Fact]
    public async Task Every_service_has_reflection_and_health()
    {
        await using StandaloneUnderTest site = await StandaloneUnderTest.StartAsync();
        foreach ((string service, GrpcChannel channel) in site.Channels)
        {
            using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
                new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "*" });
            Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(HubClient.Patience));
            Assert.Contains(service, call.ResponseStream.Current.ListServicesResponse.Service.Select(listed => listed.Name));
            HealthCheckResponse health = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = service });
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        }
    }
}
