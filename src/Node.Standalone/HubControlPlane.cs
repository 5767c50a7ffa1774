using Node.Hub;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>The HTTP API over the hub of this process, which is all the cluster there is. Any thread.</summary>
/// <param name="hub">Runs already.</param>
/// <param name="clientUrl">Its WebSocket.</param>
/// <param name="version">Of the program.</param>
/// <param name="pushes">Into this hub.</param>
/// <param name="managers">How the managers in this process are.</param>
/// <param name="notes">What the controller in this process has noted of a room; null: nothing, or there is none.</param>
public sealed class HubControlPlane(
    Hub.Hub hub, Uri clientUrl, string version, HubPushes pushes, Func<IEnumerable<PartHealth>> managers,
    Func<string, CancellationToken, Task<Protocol.Controller.RoomInfo?>> notes) : IControlPlane
{
    private readonly long _startedMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private string NodeId => hub.Options.NodeId;

    private string State => hub.IsDraining ? "draining" : "ready";

    public Task<PushResult> PushAsync(PushRequest push, CancellationToken cancellation) =>
        pushes.PushAsync(new HubPush(push.Target, push.Name, Payload.RawJson(push.Data))
        {
            Sender = push.Sender, MessageId = push.MessageId, IdempotencyKey = push.IdempotencyKey,
        });

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
        if (members == 0)
        {
            return null;
        }

        var info = new RoomInfo(room, members, (ulong)found.UserCount, found.Users, new Dictionary<string, ulong> { [NodeId] = members });
        return await notes(room, cancellation) is { } noted ? info with { Metadata = noted.Metadata, SinceMs = noted.SinceMs } : info;
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
        .. managers(),
    ]);
}
