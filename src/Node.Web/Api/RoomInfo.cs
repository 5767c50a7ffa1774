namespace Node.Web.Api;

/// <summary>A room that somebody is in.</summary>
/// <param name="Room">Its name.</param>
/// <param name="Members">Connections in it.</param>
/// <param name="UserCount">Different users in it.</param>
/// <param name="Users">The first of them, <see cref="MaxUsers"/> at most.</param>
/// <param name="Nodes">By node: connections in it there.</param>
public sealed record RoomInfo(
    string Room, ulong Members, ulong UserCount, IReadOnlyList<string> Users, IReadOnlyDictionary<string, ulong> Nodes)
{
    public const int MaxUsers = 200;

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Unix milliseconds; null where it is not known.</summary>
    public long? SinceMs { get; init; }
}
