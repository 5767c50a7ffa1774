using System.Collections.Concurrent;
using Grpc.Core;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Tests.Web;

/// <summary>A push-manager that notes what it was asked, and answers as the test says.</summary>
internal sealed class FakePushManager : PushService.PushServiceBase
{
    public ConcurrentQueue<(string Method, string Target, Payload Payload, string Key)> Pushes { get; } = new();

    public ConcurrentQueue<KickRequest> Kicks { get; } = new();

    /// <summary>Runs after a push was noted; may throw.</summary>
    public Func<ServerCallContext, Task<PushResponse>> Answer { get; set; } =
        _ => Task.FromResult(new PushResponse { Nodes = 2, Connections = 5, Unknown = { "x" }, FailedNodes = { "node-3" }, Repeated = true });

    public override Task<PushResponse> PushToUser(PushToUserRequest request, ServerCallContext context) =>
        NoteAsync("user", request.User, request.Payload, request.Options, context);

    public override Task<PushResponse> PushToRoom(PushToRoomRequest request, ServerCallContext context) =>
        NoteAsync("room", request.Room, request.Payload, request.Options, context);

    public override Task<PushResponse> Broadcast(BroadcastRequest request, ServerCallContext context) =>
        NoteAsync("everybody", "", request.Payload, request.Options, context);

    public override Task<KickResponse> Kick(KickRequest request, ServerCallContext context)
    {
        Kicks.Enqueue(request);
        return Task.FromResult(new KickResponse { Connections = 3 });
    }

    private Task<PushResponse> NoteAsync(string method, string target, Payload payload, PushOptions options, ServerCallContext context)
    {
        Pushes.Enqueue((method, target, payload, options.IdempotencyKey));
        return Answer(context);
    }
}

/// <summary>A controller with one node, one room and one user.</summary>
internal sealed class FakeController : ControllerService.ControllerServiceBase
{
    public ControllerStatus Status { get; set; } = new()
    {
        Controller = "c-1", Leads = true, Leader = "c-1",
        Stores =
        {
            new StoreStatus { Name = "redis", Available = true },
            new StoreStatus { Name = "mysql", Available = true, Waiting = 7, BehindMs = 9000 },
        },
    };

    /// <summary>Null: every query is UNAVAILABLE, as of a controller that does not lead.</summary>
    public ListNodesResponse? Nodes { get; set; } = new()
    {
        Nodes =
        {
            new NodeInfo { Node = "node-1", State = "ready", Connections = 900, Users = 8, ClientUrl = "ws://one.example/ws", Incarnation = 17, Version = "1", SinceMs = 5 },
            new NodeInfo { Node = "node-2", State = "ready", Connections = 30, Users = 3, ClientUrl = "ws://two.example/ws" },
            new NodeInfo { Node = "node-3", State = "lost" },
        },
    };

    public override Task<Node.Protocol.Controller.RoomInfo> GetRoomInfo(GetRoomInfoRequest request, ServerCallContext context) =>
        request.Room == "lobby"
            ? Task.FromResult(new Node.Protocol.Controller.RoomInfo
            {
                Room = "lobby", Members = 3, UserCount = 2, Users = { "alice", "bob" }, Nodes = { ["node-1"] = 3 }, Metadata = { ["topic"] = "all" }, SinceMs = 9,
            })
            : throw Ended(StatusCode.NotFound, "nobody is in it");

    public override Task<Node.Protocol.Controller.UserInfo> GetUserNode(GetUserNodeRequest request, ServerCallContext context) =>
        request.User == "alice"
            ? Task.FromResult(new Node.Protocol.Controller.UserInfo
            {
                User = "alice",
                Connections = { new Node.Protocol.Controller.UserConnection { Node = "node-1", Client = "node-1-4", Generation = 4, SinceMs = 9, Rooms = { "lobby" } } },
            })
            : throw Ended(StatusCode.NotFound, "nowhere");

    public override Task<ListRoomsResponse> ListRooms(ListRoomsRequest request, ServerCallContext context) => Task.FromResult(new ListRoomsResponse
    {
        Rooms = { new ListRoomsResponse.Types.Entry { Room = $"{request.Prefix}|{request.After}|{request.Limit}", Members = 3, UserCount = 2 } },
        Next = request.After.Length > 0 ? "" : "lobby",
    });

    public override Task<ListNodesResponse> ListNodes(ListNodesRequest request, ServerCallContext context) =>
        Task.FromResult(Nodes ?? throw Ended(StatusCode.Unavailable, "another one leads"));

    public override Task<RoomStats> GetRoomStats(GetRoomStatsRequest request, ServerCallContext context) =>
        Task.FromResult(new RoomStats { Nodes = 2, Connections = 930, Users = 11, Rooms = 1, Members = 3 });

    public override Task<ControllerStatus> GetStatus(GetStatusRequest request, ServerCallContext context) => Task.FromResult(Status);

    private static RpcException Ended(StatusCode code, string detail) => new(new Status(code, detail));
}

/// <summary>A server with one service on a free port, which can be stopped.</summary>
internal sealed class ManagerServer : IAsyncDisposable
{
    public const string Token = "the cluster's token";

    private readonly RpcServer _server = new(new RpcServerOptions { Token = Token });

    public string Address => $"127.0.0.1:{_server.Port}";

    public static async Task<ManagerServer> StartAsync<TService>(TService service)
        where TService : class
    {
        var started = new ManagerServer();
        started._server.MapGrpcService(service);
        await started._server.StartAsync();
        return started;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
