namespace Node.Controller.State;

/// <summary>What stores keep of a room beside its members.</summary>
public sealed record RoomRecord(string Room, long SinceMs, IReadOnlyDictionary<string, string> Metadata);
