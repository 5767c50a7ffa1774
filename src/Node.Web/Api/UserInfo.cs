namespace Node.Web.Api;

/// <param name="User">The name.</param>
/// <param name="Connections">At least one.</param>
public sealed record UserInfo(string User, IReadOnlyList<UserConnection> Connections);

/// <param name="Node">Where it is.</param>
/// <param name="Client">Its name, as <c>connect</c> told it to the client.</param>
/// <param name="Generation">Orders the connections of a node: a later one has a higher number.</param>
/// <param name="Rooms">The rooms it is in.</param>
public sealed record UserConnection(string Node, string Client, ulong Generation, IReadOnlyList<string> Rooms)
{
    /// <summary>Unix milliseconds; null where it is not known.</summary>
    public long? SinceMs { get; init; }
}
