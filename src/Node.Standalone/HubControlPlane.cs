using Node.Hub;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>The HTTP API over the hub of this process, which is all the cluster there is. Any thread.</summary>
/// <param name="hub">Runs already.</param>
/// <param name="clientUrl">Its WebSocket.</param>
/// <param name="version">Of the program.</param>
/// <param name="time">The clock of idempotency keys.</param>
public sealed class HubControlPlane(Hub.Hub hub, Uri clientUrl, string version, TimeProvider time) : IControlPlane
{
    private readonly long _startedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly RepeatedPushes _repeated = new(time);

    private string NodeId => hub.Options.NodeId;

    private string State => hub.IsDraining ? "draining" : "ready";

    public Task<PushResult> PushAsync(PushRequest push, CancellationToken cancellation) =>
        push.IdempotencyKey.Length == 0 ? PushAsync(push) : _repeated.OnceAsync(push.IdempotencyKey, () => PushAsync(push));

    public Task<int> KickAsync(Kick kick, CancellationToken cancellation) =>
        hub.KickAsync(kick.User, kick.Reason, kick.Code, kick.Client);

    public async Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation)
    {
        // One more than asked for tells whether there is another page.
        IReadOnlyList<RoomSummary> found = await hub.View.ListRoomsAsync(query.Prefix, query.After, query.Limit + 1);
        RoomEntry[] rooms = [.. found.Take(query.Limit).Select(room => new RoomEntry(room.Name, (ulong)room.Connections, (ulong)room.UserCount))];
        return new RoomPage(rooms, found.Count > query.Limit ? rooms[^1].Room : null);
    }

    public async Task<RoomInfo?> FindRoomAsync(string room, CancellationToken cancellation)
    {
        RoomPresence found = await hub.View.RoomAsync(room, RoomInfo.MaxUsers);
        ulong members = (ulong)found.Connections;
        return members == 0 ? null : new RoomInfo(
            room, members, (ulong)found.UserCount, found.Users, new Dictionary<string, ulong> { [NodeId] = members });
    }

    public async Task<UserInfo?> FindUserAsync(string user, CancellationToken cancellation)
    {
        IReadOnlyList<ConnectionState> found = await hub.View.ConnectionsOfAsync(user);
        return found.Count == 0 ? null : new UserInfo(
            user, [.. found.Select(connection => new UserConnection(NodeId, connection.ClientId, connection.Generation, connection.Rooms))]);
    }

    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<NodeInfo>>(
    [
        new NodeInfo(NodeId, State, (ulong)hub.SessionCount, (ulong)hub.UserCount)
        {
            Incarnation = (ulong)_startedMs, ClientUrl = clientUrl.AbsoluteUri, Version = version, SinceMs = _startedMs,
        },
    ]);

    public Task<Totals> CountAsync(CancellationToken cancellation) => Task.FromResult(new Totals(
        1, (ulong)hub.SessionCount, (ulong)hub.UserCount, (ulong)hub.RoomCount, (ulong)hub.MemberCount));

    public Task<IReadOnlyList<PartHealth>> CheckPartsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<PartHealth>>(
    [
        new PartHealth(
            NodeId, "connect-node", hub.IsDraining ? PartHealth.Away : PartHealth.Ok,
            hub.IsDraining ? "it says goodbye to its connections" : ""),
    ]);

    private async Task<PushResult> PushAsync(PushRequest push)
    {
        Payload payload = Payload.RawJson(push.Data);
        switch (push.Target)
        {
            case PushTarget.User:
                string direct = push.MessageId.Length > 0 ? push.MessageId : "direct";
                return ResultOf(push, await hub.SendToUserAsync(push.Name, payload, direct, push.Sender));
            case PushTarget.Room:
                RoomDelivery delivery = await hub.PublishAsync(push.Name, payload, push.Sender);
                return ResultOf(push, delivery.Connections) with
                {
                    Offset = delivery.Offset > 0 ? delivery.Offset : null,
                    Epoch = delivery.Offset > 0 ? delivery.Epoch : null,
                };
            default:
                string broadcast = push.MessageId.Length > 0 ? push.MessageId : "broadcast";
                return ResultOf(push, await hub.BroadcastAsync(payload, broadcast, push.Sender));
        }
    }

    private static PushResult ResultOf(PushRequest push, int connections) => new()
    {
        Nodes = connections > 0 ? 1u : 0,
        Connections = (ulong)connections,
        Unknown = connections > 0 || push.Target == PushTarget.Everybody ? [] : [push.Name],
    };
}
