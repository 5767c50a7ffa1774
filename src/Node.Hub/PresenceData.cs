using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>Who is in a room, as replies carry it.</summary>
internal static class PresenceData
{
    /// <summary>
    /// Writes <c>count</c> (different users) and <c>users</c> (up to the limit, in no order), and says where they are not all: of a room that
    /// other nodes may have members of, too.
    /// </summary>
    public static void Write(ref JsonDataWriter json, Room room)
    {
        Write(ref json, room.UserCount, room.Users.Take(room.Owner.Options.PresenceLimit));
        if (room.Owner.Hub.Roster is not null)
        {
            json.Name("partial"u8);
            json.Bool(true);
        }
    }

    /// <summary>As the other one, of a room whose members on all nodes are known.</summary>
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
