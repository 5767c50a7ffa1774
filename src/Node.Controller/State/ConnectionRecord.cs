namespace Node.Controller.State;

/// <summary>A connection with its rooms, as stores keep it: the unit of writing and restoring.</summary>
public sealed record ConnectionRecord(ConnectionKey Key, string User, long SinceMs, IReadOnlyList<string> Rooms);
