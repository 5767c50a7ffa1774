namespace Node.Controller.State;

/// <summary>Some rooms in the order of their names.</summary>
/// <param name="Rooms">Name, connections, users.</param>
/// <param name="Next">Names go on after this one; empty: this was the last page.</param>
internal sealed record RoomPage(IReadOnlyList<(string Room, int Members, int UserCount)> Rooms, string Next);
