using Google.Protobuf;
using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Tests.Hub;
using Node.Tests.Messages;

namespace Node.Tests.Cluster;

/// <summary>Clients on different nodes, and an application's pushes, through push-managers over real gRPC.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task Two_clients_on_two_nodes_talk_in_a_room_and_to_each_other()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 2);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(cluster.Nodes[1].Server, "bob");
        MessageModel joined = await alice.RequestAsync(HubClient.Of("join", "lobby"));
        MessageModel too = await bob.RequestAsync(HubClient.Of("join", "lobby"));
        Assert.Equal(joined.Epoch, too.Epoch);

        MessageModel answer = await alice.RequestAsync(HubClient.Of("publish", "lobby", "\"hello\""));
        Assert.Equal(1UL, answer.Offset);
        MessageModel heard = await bob.ReceiveAsync(message => message is { MessageId: "publish", User: "alice" });
        Assert.Equal((1UL, "\"hello\""), (heard.Offset, heard.Data));

        MessageModel direct = await bob.RequestAsync(HubClient.Of("direct", data: "1") with { User = "alice" });
        Assert.Contains("\"connections\":1", direct.Data, StringComparison.Ordinal);
        await alice.ReceiveAsync(message => message is { MessageId: "direct", User: "bob" });
        MessageModel nobody = await bob.RequestAsync(HubClient.Of("direct", data: "1") with { User = "carol" });
        Assert.Equal(111u, nobody.ErrorCode);
    }

    [Fact]
    public async Task An_application_pushes_to_users_rooms_and_everybody_through_any_manager()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 3, managers: 2);
        HubClient[] clients = [.. await Task.WhenAll(
            cluster.Nodes.Select((node, i) => HubClient.NamedAsync(node.Server, $"user{i}")))];
        foreach (HubClient client in clients)
        {
            await client.RequestAsync(HubClient.Of("join", "lobby"));
        }

        foreach ((_, _, Push.PushManager manager) in cluster.Managers)
        {
            using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{manager.Port}");
            var client = new PushService.PushServiceClient(channel);
            var payload = new Payload { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFromUtf8("{\"n\":1}") };
            PushResponse room = await client.PushToRoomAsync(new PushToRoomRequest { Room = "lobby", Payload = payload });
            Assert.Equal((3u, 3UL), (room.Nodes, room.Connections));
            PushResponse user = await client.PushToUserAsync(new PushToUserRequest { User = "user1", Payload = payload });
            Assert.Equal((1u, 1UL), (user.Nodes, user.Connections));
            PushResponse unknown = await client.PushToUsersAsync(
                new PushToUsersRequest { Users = { "user0", "nobody" }, Payload = payload });
            Assert.Equal(["nobody"], unknown.Unknown);
            PushResponse all = await client.BroadcastAsync(new BroadcastRequest { Payload = payload });
            Assert.Equal((3u, 3UL), (all.Nodes, all.Connections));
        }

        foreach (HubClient client in clients)
        {
            await client.ReceiveAsync(message => message is { MessageId: "publish", Offset: 2, Data: "{\"n\":1}" });
            await client.ReceiveAsync(message => message is { MessageId: "broadcast" });
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_repeated_push_is_one_also_when_its_manager_is_gone()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 2);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await alice.RequestAsync(HubClient.Of("join", "lobby"));
        var request = new PushToRoomRequest
        {
            Room = "lobby", Payload = new Payload { Data = ByteString.CopyFromUtf8("1") }, Options = new PushOptions { IdempotencyKey = "k" },
        };
        PushResponse first = await PushAsync(cluster, 0, request);
        PushResponse second = await PushAsync(cluster, 1, request);
        Assert.Equal((1UL, false, 1UL, true), (first.Offset, first.Repeated, second.Offset, second.Repeated));

        // Whichever owned the room: both are replaced.
        await cluster.StopManagerAsync(0);
        await cluster.StopManagerAsync(0);
        await cluster.StartManagerAsync("manager-9");
        await cluster.TellAsync();
        PushResponse third = await PushAsync(cluster, 0, request);
        Assert.Equal((1UL, true), (third.Offset, third.Repeated));
        MessageModel next = await alice.RequestAsync(HubClient.Of("publish", "lobby", "2"));
        Assert.Equal(2UL, next.Offset);
    }

    [Fact]
    public async Task Without_a_manager_nothing_is_lost_but_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 1);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(cluster.Nodes[1].Server, "bob");
        await alice.RequestAsync(HubClient.Of("join", "lobby"));
        await bob.RequestAsync(HubClient.Of("join", "lobby"));
        await cluster.StopManagerAsync(0);
        Task<MessageModel> waiting = alice.RequestAsync(HubClient.Of("publish", "lobby", "\"patience\""));
        await cluster.StartManagerAsync("manager-0");
        await cluster.TellAsync();
        Assert.Equal(1UL, (await waiting).Offset);
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Data: "\"patience\"" });
    }

    [Fact]
    public async Task What_is_no_push_is_refused_with_a_reason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 1, managers: 1);
        RpcException noName = await Assert.ThrowsAsync<RpcException>(() => PushAsync(
            cluster, 0, new PushToRoomRequest { Payload = new Payload() }));
        Assert.Equal(StatusCode.InvalidArgument, noName.StatusCode);
        RpcException noPayload = await Assert.ThrowsAsync<RpcException>(() => PushAsync(
            cluster, 0, new PushToRoomRequest { Room = "lobby" }));
        Assert.Contains("payload", noPayload.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<PushResponse> PushAsync(TestCluster cluster, int manager, PushToRoomRequest request)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{cluster.Managers[manager].Manager.Port}");
        return await new PushService.PushServiceClient(channel).PushToRoomAsync(request);
    }

    [Fact]
    public async Task A_broadcast_at_a_rate_reaches_everybody_a_few_at_a_time()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 1);
        HubClient[] clients = [.. await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => HubClient.NamedAsync(cluster.Nodes[i % 2].Server, $"user{i}")))];

        // With its answer the manager is attached to the node.
        await Task.WhenAll(clients.Take(2).Select(client => client.JoinAsync("lobby")));
        var payload = new Payload { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFromUtf8("1") };
        PushResponse all = await cluster.Push().BroadcastAsync(new BroadcastRequest { Payload = payload, Rate = 80 });
        Assert.Equal((2u, 12UL), (all.Nodes, all.Connections));
        foreach (HubClient client in clients)
        {
            await client.ReceiveAsync(message => message is { MessageId: "broadcast", Data: "1" });
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_kick_finds_its_connections_on_every_node()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 1);
        await using HubClient here = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await using HubClient there = await HubClient.NamedAsync(cluster.Nodes[1].Server, "alice");
        KickResponse kicked = await cluster.Push().KickAsync(new KickRequest { User = "alice", Code = 4001, Reason = "enough" });
        Assert.Equal(2u, kicked.Connections);
        Assert.Equal(4001, await here.ReceiveCloseAsync());
        Assert.Equal(4001, await there.ReceiveCloseAsync());
        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await cluster.Push().KickAsync(new KickRequest { User = "" }));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task A_node_makes_users_members_and_tells_what_it_has()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 1, managers: 1);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{cluster.Nodes[0].Node.Port}");
        var node = new NodeService.NodeServiceClient(channel);
        Assert.Equal(1u, (await node.JoinAsync(new JoinRequest { User = "alice", Room = "lobby" })).Connections);
        await alice.ReceiveAsync(message => message is { MessageId: "join", Room: "lobby" });

        InspectResponse user = await node.InspectAsync(new InspectRequest { User = "alice" });
        Assert.Equal(["lobby"], Assert.Single(user.Connections).Rooms);
        InspectResponse one = await node.InspectAsync(new InspectRequest { Client = user.Connections[0].Client });
        Assert.Equal("alice", Assert.Single(one.Connections).User);
        Assert.Equal(1UL, (await node.InspectAsync(new InspectRequest { Room = "lobby" })).Room.Members);

        await node.LeaveAsync(new JoinRequest { User = "alice", Room = "lobby" });
        await alice.ReceiveAsync(message => message is { MessageId: "leave", Room: "lobby" });
        RpcException empty = await Assert.ThrowsAsync<RpcException>(
            async () => await node.InspectAsync(new InspectRequest { Room = "lobby" }));
        Assert.Equal(StatusCode.NotFound, empty.StatusCode);
    }

    [Fact]
    public async Task A_node_that_is_emptied_sends_its_connections_elsewhere()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 1, managers: 1);
        HubServer server = cluster.Nodes[0].Server;
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await server.Hub.EmptyAsync(1000, TestContext.Current.CancellationToken);
        Assert.Equal(3001, await alice.ReceiveCloseAsync());
        Assert.Equal(0, server.Hub.SessionCount);
        Assert.True(server.Hub.IsDraining);
    }

    [Fact]
    public async Task A_node_leaves_the_cluster_and_joins_it_again_while_its_clients_stay()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 1);
        (HubServer server, Node.Connect.Cluster.ClusterNode node) = (cluster.Nodes[0].Server, cluster.Nodes[0].Node);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(cluster.Nodes[1].Server, "bob");
        MessageModel joined = await alice.RequestAsync(HubClient.Of("join", "lobby"));
        await bob.RequestAsync(HubClient.Of("join", "lobby"));
        Assert.Equal(1UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).Offset);

        await server.Hub.SwitchBusAsync(null);
        MessageModel alone = await alice.ReceiveAsync(message => message is { MessageId: "join", Seq: 0 });
        Assert.NotEqual(joined.Epoch, alone.Epoch);
        Assert.Equal(1UL, alone.Offset);
        Assert.Equal(2UL, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "2"))).Offset);
        Assert.Equal(2UL, (await bob.RequestAsync(HubClient.Of("publish", "lobby", "3"))).Offset);

        await server.Hub.SwitchBusAsync(node.Bus);
        MessageModel again = await alice.ReceiveAsync(message => message is { MessageId: "join", Seq: 0 });
        Assert.Equal((joined.Epoch, 2UL), (again.Epoch, again.Offset));
        await bob.RequestAsync(HubClient.Of("publish", "lobby", "4"));
        MessageModel heard = await alice.ReceiveAsync(message => message is { MessageId: "publish", User: "bob" });
        Assert.Equal((3UL, "4"), (heard.Offset, heard.Data));
        MessageModel direct = await bob.RequestAsync(HubClient.Of("direct", data: "1") with { User = "alice" });
        Assert.Contains("\"connections\":1", direct.Data, StringComparison.Ordinal);
    }
}
