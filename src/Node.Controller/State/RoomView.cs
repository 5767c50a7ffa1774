namespace Node.Controller.State;

/// <summary>A room at one moment.</summary>
/// <param name="Room">Its name.</param>
/// <param name="Members">Connections in it.</param>
/// <param name="UserCount">Different users in it.</param>
/// <param name="Users">Of them, as many as were asked for.</param>
/// <param name="Nodes">By node: connections in it there.</param>
/// <param name="Metadata">What was set.</param>
/// <param name="SinceMs">Unix milliseconds.</param>
internal sealed record RoomView(
    string Room, int Members, int UserCount, IReadOnlyList<string> Users, IReadOnlyDictionary<string, int> Nodes,
    IReadOnlyDictionary<string, string> Metadata, long SinceMs);
