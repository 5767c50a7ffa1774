namespace Node.Web.Api;

/// <param name="Prefix">How their names begin; empty: any.</param>
/// <param name="After">Only names behind this one, in the order of their bytes; empty: from the first.</param>
/// <param name="Limit">At most so many.</param>
public sealed record RoomQuery(string Prefix, string After, int Limit);

/// <param name="Rooms">In the order of their names' bytes.</param>
/// <param name="Next">Names go on after this one; null: this was the last page.</param>
public sealed record RoomPage(IReadOnlyList<RoomEntry> Rooms, string? Next);

/// <param name="Room">Its name.</param>
/// <param name="Members">Connections in it.</param>
/// <param name="UserCount">Different users in it.</param>
public sealed record RoomEntry(string Room, ulong Members, ulong UserCount);
