namespace Node.Controller.State;

/// <summary>A connection at one moment.</summary>
internal sealed record ConnectionView(ConnectionKey Key, ulong Generation, long SinceMs, IReadOnlyList<string> Rooms);
