using Google.Protobuf;
using Grpc.Core;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Web.Api;
using NodeInfo = Node.Web.Api.NodeInfo;
using RoomInfo = Node.Web.Api.RoomInfo;
using UserConnection = Node.Web.Api.UserConnection;
using UserInfo = Node.Web.Api.UserInfo;

namespace Node.Web.Managers;

/// <summary>The HTTP API over the managers of a cluster. Any thread.</summary>
/// <param name="pushers">push-managers; each passes on what another one owns.</param>
/// <param name="controllers">controller-managers; one that does not lead says who does.</param>
/// <param name="health">Of every manager, by its address and role.</param>
/// <param name="time">For deadlines.</param>
/// <param name="timeout">Of one call.</param>
public sealed class ManagerControlPlane(
    ManagerSet<PushService.PushServiceClient> pushers,
    ManagerSet<ControllerService.ControllerServiceClient> controllers,
    PartsCheck health,
    TimeProvider time,
    TimeSpan timeout) : IControlPlane
{
    private readonly ManagerGroup<PushService.PushServiceClient> _push = new("the push-manager", pushers, time, timeout);
    private readonly ManagerGroup<ControllerService.ControllerServiceClient> _controller =
        new("the controller-manager", controllers, time, timeout);

    public async Task<PushResult> PushAsync(PushRequest push, CancellationToken cancellation)
    {
        // Always a key: the next manager is asked with the same one, when the first broke after it had pushed.
        bool named = push.IdempotencyKey.Length > 0;
        var options = new PushOptions { IdempotencyKey = named ? push.IdempotencyKey : $"web-{Guid.NewGuid():N}" };
        var payload = new Payload
        {
            Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFrom(push.Data.Span), User = push.Sender, MessageId = push.MessageId,
        };
        PushResponse response = await _push.CallAsync(
            (client, call) => push.Target switch
            {
                PushTarget.User => client.PushToUserAsync(new() { User = push.Name, Payload = payload, Options = options }, call),
                PushTarget.Room => client.PushToRoomAsync(new() { Room = push.Name, Payload = payload, Options = options }, call),
                _ => client.BroadcastAsync(new() { Payload = payload, Options = options }, call),
            },
            cancellation);
        return new PushResult
        {
            Nodes = response.Nodes,
            Connections = response.Connections,
            Unknown = response.Unknown,
            FailedNodes = response.FailedNodes,
            Repeated = response.Repeated && named,
            Offset = response.Offset > 0 ? response.Offset : null,
            Epoch = response.Offset > 0 ? response.Epoch : null,
        };
    }

    public async Task<int> KickAsync(Kick kick, CancellationToken cancellation)
    {
        var request = new KickRequest { User = kick.User, Client = kick.Client, Code = kick.Code, Reason = kick.Reason };
        return (int)(await _push.CallAsync((client, call) => client.KickAsync(request, call), cancellation)).Connections;
    }

    public async Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation)
    {
        var request = new ListRoomsRequest { Prefix = query.Prefix, After = query.After, Limit = (uint)query.Limit };
        ListRoomsResponse page = await _controller.CallAsync((client, call) => client.ListRoomsAsync(request, call), cancellation);
        return new RoomPage(
            [.. page.Rooms.Select(room => new RoomEntry(room.Room, room.Members, room.UserCount))],
            page.Next.Length > 0 ? page.Next : null);
    }

    public async Task<RoomInfo?> FindRoomAsync(string room, CancellationToken cancellation)
    {
        var request = new GetRoomInfoRequest { Room = room, MaxUsers = RoomInfo.MaxUsers };
        return await _controller.FindAsync((client, call) => client.GetRoomInfoAsync(request, call), cancellation) is { } found
            ? new RoomInfo(found.Room, found.Members, found.UserCount, found.Users, found.Nodes)
            {
                Metadata = found.Metadata, SinceMs = Known(found.SinceMs),
            }
            : null;
    }

    public async Task<UserInfo?> FindUserAsync(string user, CancellationToken cancellation)
    {
        var request = new GetUserNodeRequest { User = user };
        return await _controller.FindAsync((client, call) => client.GetUserNodeAsync(request, call), cancellation) is { } found
            ? new UserInfo(found.User, [.. found.Connections.Select(ConnectionOf)])
            : null;
    }

    public async Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellation)
    {
        ListNodesResponse found = await _controller.CallAsync(
            (client, call) => client.ListNodesAsync(new ListNodesRequest(), call), cancellation);
        return [.. found.Nodes.Select(NodeOf)];
    }

    public async Task<Totals> CountAsync(CancellationToken cancellation)
    {
        RoomStats sums = await _controller.CallAsync(
            (client, call) => client.GetRoomStatsAsync(new GetRoomStatsRequest(), call), cancellation);
        return new Totals(sums.Nodes, sums.Connections, sums.Users, sums.Rooms, sums.Members);
    }

    public Task<IReadOnlyList<PartHealth>> CheckPartsAsync(CancellationToken cancellation) =>
        health.RunAsync(_controller.Managers, cancellation);

    private static UserConnection ConnectionOf(Protocol.Controller.UserConnection connection) =>
        new(connection.Node, connection.Client, connection.Generation, connection.Rooms) { SinceMs = Known(connection.SinceMs) };

    private static NodeInfo NodeOf(Protocol.Controller.NodeInfo node) => new(node.Node, node.State, node.Connections, node.Users)
    {
        Incarnation = node.Incarnation,
        ClientUrl = Known(node.ClientUrl),
        GrpcAddress = Known(node.GrpcAddress),
        Version = Known(node.Version),
        SinceMs = Known(node.SinceMs),
    };

    private static string? Known(string text) => text.Length > 0 ? text : null;

    private static long? Known(long milliseconds) => milliseconds > 0 ? milliseconds : null;
}
