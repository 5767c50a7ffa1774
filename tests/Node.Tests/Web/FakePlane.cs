using Node.Web.Api;

namespace Node.Tests.Web;

/// <summary>A system that does what the test says; of the rest it knows nothing.</summary>
internal sealed class FakePlane : IControlPlane
{
    private int _asked;

    public Func<PushRequest, CancellationToken, Task<PushResult>> Push { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<Task<IReadOnlyList<NodeInfo>>> Nodes { get; set; } = () => throw new NotSupportedException();

    /// <summary>How often somebody wanted the nodes.</summary>
    public int Asked => _asked;

    public Task<PushResult> PushAsync(PushRequest push, CancellationToken cancellation) => Push(push, cancellation);

    public Task<int> KickAsync(Kick kick, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<RoomInfo?> FindRoomAsync(string room, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<UserInfo?> FindUserAsync(string user, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _asked);
        return Nodes();
    }

    public Task<Totals> CountAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<PartHealth>> CheckPartsAsync(CancellationToken cancellation) => throw new NotSupportedException();
}
