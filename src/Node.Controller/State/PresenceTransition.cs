namespace Node.Controller.State;

/// <summary>A user came into a room with the first connection of all, or left it with the last.</summary>
/// <param name="Room">Its name.</param>
/// <param name="User">Who.</param>
/// <param name="Joined">Else it left.</param>
/// <param name="Members">Connections in the room, after it.</param>
public readonly record struct PresenceTransition(string Room, string User, bool Joined, int Members);
