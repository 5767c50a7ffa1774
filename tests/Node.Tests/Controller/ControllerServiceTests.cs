using System.Net;
using System.Text.Json;
using Grpc.Core;
using Node.Controller.Leading;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Controller.Stores.Sql;
using Node.Protocol.Connect;
using Node.Protocol.Controller;
using Node.Rpc;
using Node.Tests.Settings;
using static Node.Tests.Controller.ReportingNode;

namespace Node.Tests.Controller;

/// <summary>The calls, over real gRPC, of a controller that remembers in SQLite.</summary>
public sealed class ControllerServiceTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private ControllerUnderTest _controller = null!;

    private ControllerService.ControllerServiceClient Client => _controller.Client;

    public async ValueTask InitializeAsync() => _controller = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_node_reports_can_be_asked_for()
    {
        using ReportingNode node = new(Client, "n1");
        await node.SnapshotAsync(Connected(7, "anna"), Joined(7, "lobby"), Connected(8, "anna"), Connected(9, "bert"), Joined(9, "lobby"), Joined(9, "tea"));

        RoomInfo lobby = await Client.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "lobby" });
        Assert.Equal((2UL, 2UL, 6L), (lobby.Members, lobby.UserCount, lobby.SinceMs));
        Assert.Equal(["anna", "bert"], lobby.Users.Order());
        Assert.Equal(2UL, lobby.Nodes["n1"]);
        UserInfo anna = await Client.GetUserNodeAsync(new GetUserNodeRequest { User = "anna" });
        Assert.Equal(["n1-7 lobby", "n1-8 "], anna.Connections.Select(c => $"{c.Client} {string.Join(',', c.Rooms)}").Order());
        RoomStats all = await Client.GetRoomStatsAsync(new GetRoomStatsRequest());
        Assert.Equal((2UL, 3UL, 2UL, 3UL, 1UL), (all.Rooms, all.Members, all.Users, all.Connections, all.Nodes));
        ListRoomsResponse page = await Client.ListRoomsAsync(new ListRoomsRequest { Limit = 1 });
        Assert.Equal(("lobby", "lobby"), (Assert.Single(page.Rooms).Room, page.Next));
        NodeInfo info = Assert.Single((await Client.ListNodesAsync(new ListNodesRequest())).Nodes);
        Assert.Equal(("n1", 3UL, 2UL), (info.Node, info.Connections, info.Users));
        RoomInfo named = await Client.SetRoomMetadataAsync(new SetRoomMetadataRequest { Room = "tea", Metadata = { ["topic"] = "green" } });
        Assert.Equal("green", named.Metadata["topic"]);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_what_is_wrong_is_refused()
    {
        await FailsAsync(StatusCode.NotFound, () => Client.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "x" }));
        await FailsAsync(StatusCode.NotFound, () => Client.GetUserNodeAsync(new GetUserNodeRequest { User = "x" }));
        await FailsAsync(StatusCode.NotFound, () => Client.GetRoomStatsAsync(new GetRoomStatsRequest { Room = "x" }));
        await FailsAsync(StatusCode.NotFound, () => Client.SetRoomMetadataAsync(new SetRoomMetadataRequest { Room = "x" }));
        await FailsAsync(StatusCode.NotFound, () => Client.JoinRoomAsync(new JoinRoomRequest { Room = "x", User = "nobody" }));
        await FailsAsync(StatusCode.InvalidArgument, () => Client.JoinRoomAsync(new JoinRoomRequest { Room = "", User = "nobody" }));
        await FailsAsync(StatusCode.InvalidArgument, () => Client.ListRoomsAsync(new ListRoomsRequest { Limit = 1001 }));
        SetRoomMetadataRequest large = new() { Room = "x", Metadata = { ["k"] = new string('v', 20_000) } };
        await FailsAsync(StatusCode.InvalidArgument, () => Client.SetRoomMetadataAsync(large));
    }

    [Fact]
    public async Task Reports_that_cannot_be_right_end_their_stream()
    {
        using ReportingNode without = new(Client, "n1");
        await FailsAsync(StatusCode.Aborted, () => without.ReportAsync(Connected(1, "anna")));
        using ReportingNode longName = new(Client, "n1");
        await FailsAsync(StatusCode.InvalidArgument, () => longName.SnapshotAsync(Connected(1, new string('x', 129))));
        using ReportingNode newer = new(Client, "n1", incarnation: 2);
        await newer.SnapshotAsync();
        using ReportingNode older = new(Client, "n1", incarnation: 1);
        await FailsAsync(StatusCode.AlreadyExists, () => older.SnapshotAsync());
        using ReportingNode later = new(Client, "n1", incarnation: 2);
        await later.SnapshotAsync();
        await FailsAsync(StatusCode.Aborted, () => newer.ReportAsync());
    }

    [Fact]
    public async Task A_watcher_hears_of_first_comings_and_last_goings()
    {
        using AsyncServerStreamingCall<PresenceBatch> watch = Client.WatchPresence(new WatchPresenceRequest());
        await watch.ResponseHeadersAsync;
        using ReportingNode node = new(Client, "n1");
        await node.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"), Connected(2, "anna"), Joined(2, "lobby"));
        await node.ReportAsync(Left(1, "lobby"));
        await node.ReportAsync(Disconnected(2));
        List<string> heard = [];
        while (heard.Count < 2 && await watch.ResponseStream.MoveNext(default))
        {
            heard.AddRange(watch.ResponseStream.Current.Changes.Select(change => $"{change.Room} {change.User} {change.Joined}"));
        }

        Assert.Equal(["lobby anna True", "lobby anna False"], heard);
    }

    [Fact]
    public void A_watcher_that_does_not_keep_up_is_ended_and_large_rooms_are_left_out()
    {
        PresenceHub hub = new();
        PresenceWatcher slow = hub.Watch(200);
        PresenceWatcher small = hub.Watch(5);
        for (int i = 0; i <= PresenceWatcher.MostWaiting; i++)
        {
            hub.Tell(new PresenceTransition("lobby", "anna", true, 6));
        }

        Assert.True(slow.Waiting.Count == PresenceWatcher.MostWaiting);
        while (slow.Waiting.TryRead(out _))
        {
        }

        Assert.True(slow.Waiting.Completion.IsFaulted);
        Assert.Equal(0, small.Waiting.Count);
        Assert.False(small.Waiting.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_join_goes_to_the_nodes_where_the_user_is()
    {
        await using RpcServer server = new(new RpcServerOptions());
        JoiningNode joining = new();
        server.MapGrpcService(joining);
        await server.StartAsync();
        await RestartAfterAsync(async store =>
        {
            StoreBatch batch = new();
            batch.Nodes.Add(new NodeAnnouncement("n1", 1, $"127.0.0.1:{server.Port}"));
            batch.Connections.Add(StoreTests.Connection("n1", 1, "anna"));
            await store.WriteAsync(batch, default);
        });
        JoinRoomResponse joined = await Client.JoinRoomAsync(new JoinRoomRequest { User = "anna", Room = "lobby" });
        Assert.Equal(3u, joined.Connections);
        await FailsAsync(StatusCode.NotFound, () => Client.LeaveRoomAsync(new LeaveRoomRequest { User = "anna", Room = "lobby" }));
        Assert.Equal(["join anna lobby", "leave anna lobby"], joining.Calls);
    }

    [Fact]
    public async Task A_restart_loses_nothing_and_a_node_that_does_not_come_back_goes_after_its_grace()
    {
        using (ReportingNode node = new(Client, "n1"))
        {
            await node.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"));
            await Client.SetRoomMetadataAsync(new SetRoomMetadataRequest { Room = "lobby", Metadata = { ["topic"] = "x" } });
        }

        using ReportingNode gone = new(Client, "n2");
        await gone.SnapshotAsync(Connected(1, "bert"), Joined(1, "lobby"));
        await RestartAfterAsync(_ => Task.CompletedTask);
        RoomInfo lobby = await Client.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "lobby" });
        Assert.Equal((2UL, "x"), (lobby.Members, lobby.Metadata["topic"]));
        using ReportingNode again = new(Client, "n1");
        await again.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"));
        RoomStats stats;
        do
        {
            stats = await Client.GetRoomStatsAsync(new GetRoomStatsRequest());
        }
        while (stats.Members == 2);
        Assert.Equal((1UL, 1UL), (stats.Members, stats.Nodes));
        Assert.Equal("lost", (await Client.ListNodesAsync(new ListNodesRequest())).Nodes.Single(node => node.Node == "n2").State);
    }

    [Fact]
    public async Task Status_health_and_metrics_tell_how_the_stores_are()
    {
        ControllerStatus status = await Client.GetStatusAsync(new GetStatusRequest());
        Assert.Equal(("c1", true, "c1"), (status.Controller, status.Leads, status.Leader));
        Assert.Equal("sqlite", Assert.Single(status.Stores).Name);
        using HttpClient http = new() { BaseAddress = _controller.Metrics };
        using JsonDocument health = JsonDocument.Parse(await http.GetStringAsync("/health"));
        Assert.True(health.RootElement.GetProperty("ready").GetBoolean());
        Assert.Equal("leader", health.RootElement.GetProperty("role").GetString());
        Assert.Contains("controller_leads 1", await http.GetStringAsync("/metrics"));
        Assert.Contains("controller_store_waiting{store=\"sqlite\"}", await http.GetStringAsync("/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/healthy")).StatusCode);
    }

    private static async Task FailsAsync<T>(StatusCode code, Func<AsyncUnaryCall<T>> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(async () => await call())).StatusCode);

    private static async Task FailsAsync(StatusCode code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    private Task<ControllerUnderTest> StartAsync() =>
        ControllerUnderTest.StartAsync(_folder, $"redis: {{ address: none }}\ndatabase: {{ kind: sqlite, file: {_folder.At("state.db")} }}");

    private async Task RestartAfterAsync(Func<IMembershipStore, Task> meanwhile)
    {
        await _controller.StopAsync();
        await _controller.DisposeAsync();
        await using SqlStore store = new(new SqliteDialect(_folder.At("state.db")));
        await store.OpenAsync(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), default);
        await meanwhile(store);
        _controller = await StartAsync();
    }

    private sealed class JoiningNode : NodeService.NodeServiceBase
    {
        public List<string> Calls { get; } = [];

        public override Task<JoinResponse> Join(JoinRequest request, ServerCallContext context)
        {
            Calls.Add($"join {request.User} {request.Room}");
            return Task.FromResult(new JoinResponse { Connections = 3 });
        }

        public override Task<JoinResponse> Leave(JoinRequest request, ServerCallContext context)
        {
            Calls.Add($"leave {request.User} {request.Room}");
            throw new RpcException(new Status(StatusCode.NotFound, "not in it"));
        }
    }
}
