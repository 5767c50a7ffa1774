namespace Node.Web.Api;

/// <summary>
/// What the HTTP API asks of the system behind it: a hub in this process, or managers over gRPC. Any thread. Names and sizes have
/// been checked before a call gets here.
/// </summary>
/// <remarks>Every method throws <see cref="ControlPlaneException"/> where the system cannot do it, and says why.</remarks>
public interface IControlPlane
{
    /// <summary>A key that was used within some minutes does nothing, and gets the first one's answer.</summary>
    Task<PushResult> PushAsync(PushRequest push, CancellationToken cancellation);

    /// <returns>How many connections were told to end.</returns>
    Task<int> KickAsync(Kick kick, CancellationToken cancellation);

    Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation);

    /// <returns>Null when nobody is in it.</returns>
    Task<RoomInfo?> FindRoomAsync(string room, CancellationToken cancellation);

    /// <returns>Null when the user has no connection.</returns>
    Task<UserInfo?> FindUserAsync(string user, CancellationToken cancellation);

    Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellation);

    Task<Totals> CountAsync(CancellationToken cancellation);

    /// <summary>Every part that this process depends on, and whether it answers. A part that is away is in the list, not an error.</summary>
    Task<IReadOnlyList<PartHealth>> CheckPartsAsync(CancellationToken cancellation);
}
