using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>Who is in a room, as replies carry it.</summary>
internal static class PresenceData
{
    /// <summary>Writes <c>count</c> (different users) and <c>users</c> (the first ones, up to the limit).</summary>
    public static void Write(ref JsonDataWriter json, Room room) =>
        Write(ref json, room.UserCount, room.Users.Take(room.Owner.Options.PresenceLimit));

    /// <inheritdoc cref="Write(ref JsonDataWriter, Room)"/>
    public static void Write(ref JsonDataWriter json, RoomPresence presence) =>
        Write(ref json, presence.UserCount, presence.Users.Select(Utf8Comparer.Bytes));

    private static void Write(ref JsonDataWriter json, int count, IEnumerable<byte[]> users)
    {
        json.Name("count"u8);
        json.Number((ulong)count);
        json.Name("users"u8);
        json.BeginArray();
        foreach (byte[] user in users)
        {
            json.String(user);
        }

        json.EndArray();
    }
}
