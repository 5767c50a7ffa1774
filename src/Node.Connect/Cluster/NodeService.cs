using Grpc.Core;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Wire;
using ConnectionState = Node.Protocol.Connect.ConnectionState;

namespace Node.Connect.Cluster;

/// <summary>What a node offers to push-managers and controllers (<c>protocol/node.proto</c>). Any thread.</summary>
/// <param name="hub">This node's.</param>
/// <param name="bus">Takes the streams of push-managers; null where the hub is all there is, and takes none.</param>
/// <param name="empty">Begins to empty the node, so many connections a second; 0: the node's own rate.</param>
internal sealed class NodeService(Hub.Hub hub, ManagerBus? bus, Action<int> empty) : Protocol.Connect.NodeService.NodeServiceBase
{
    public override Task Attach(
        IAsyncStreamReader<FromManager> requestStream, IServerStreamWriter<FromNode> responseStream, ServerCallContext context) =>
        bus is null
            ? throw Error(StatusCode.FailedPrecondition, "this node is no part of a cluster: it takes no push-managers")
            : new ManagerStream(bus).RunAsync(requestStream, responseStream, context.CancellationToken);

    public override async Task<KickResponse> Kick(KickRequest request, ServerCallContext context)
    {
        ushort code = request.Code == 0 ? CloseCode.Kicked : (ushort)Math.Min(request.Code, ushort.MaxValue);
        if (!CloseCode.IsValidOnWire(code))
        {
            throw Error(StatusCode.InvalidArgument, $"code {request.Code} may not be sent; see protocol/codes.md");
        }

        string reason = request.Reason.Length > 0 ? request.Reason : "kicked";
        int connections = await hub.KickAsync(request.User, reason, code, request.Client).ConfigureAwait(false);
        return new KickResponse { Connections = (uint)connections };
    }

    public override async Task<JoinResponse> Join(JoinRequest request, ServerCallContext context) =>
        Counted(await hub.JoinAsync(request.User, request.Room).ConfigureAwait(false), request);

    public override async Task<JoinResponse> Leave(JoinRequest request, ServerCallContext context) =>
        Counted(await hub.LeaveAsync(request.User, request.Room).ConfigureAwait(false), request);

    public override async Task<InspectResponse> Inspect(InspectRequest request, ServerCallContext context) => request.WhatCase switch
    {
        InspectRequest.WhatOneofCase.Client => Found(await hub.View.ConnectionAsync(request.Client).ConfigureAwait(false) is { } one ? [one] : []),
        InspectRequest.WhatOneofCase.User => Found(await hub.View.ConnectionsOfAsync(request.User).ConfigureAwait(false)),
        InspectRequest.WhatOneofCase.Room => await RoomAsync(request.Room).ConfigureAwait(false),
        _ => throw Error(StatusCode.InvalidArgument, "a client, a room or a user"),
    };

    public override Task<DrainResponse> Drain(DrainRequest request, ServerCallContext context)
    {
        int connections = hub.SessionCount;
        empty((int)Math.Min(request.Rate, 1_000_000));
        return Task.FromResult(new DrainResponse { Connections = (ulong)connections });
    }

    private static JoinResponse Counted(int connections, JoinRequest request) => connections > 0
        ? new JoinResponse { Connections = (uint)connections }
        : throw Error(StatusCode.NotFound, $"user {request.User} has no connection here");

    private async Task<InspectResponse> RoomAsync(string room)
    {
        RoomPresence presence = await hub.View.RoomAsync(room, 0).ConfigureAwait(false);
        return presence.Connections == 0 ? throw Error(StatusCode.NotFound, "not here") : new InspectResponse
        {
            Room = new RoomState
            {
                Room = room, Members = (ulong)presence.Connections, UserCount = (ulong)presence.UserCount, Offset = presence.Offset,
            },
        };
    }

    private static InspectResponse Found(IReadOnlyList<Hub.ConnectionState> connections)
    {
        var response = new InspectResponse();
        response.Connections.AddRange(connections.Select(connection => new ConnectionState
        {
            Client = connection.ClientId,
            User = connection.User,
            Rooms = { connection.Rooms },
            QueuedBytes = (ulong)connection.QueuedBytes,
            Encoding = connection.Encoding.ToString().ToLowerInvariant(),
        }));
        return response.Connections.Count > 0 ? response : throw Error(StatusCode.NotFound, "not here");
    }

    private static RpcException Error(StatusCode code, string message) => new(new Status(code, message));
}
