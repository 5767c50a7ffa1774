using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>Who is in a room, as replies carry it.</summary>
internal static class PresenceData
{
    /// <summary>Writes <c>count</c> (different users) and <c>users</c> (the first ones, up to the limit).</summary>
    public static void Write(ref JsonDataWriter json, Room room)
    {
        json.Name("count"u8);
        json.Number((ulong)room.UserCount);
        json.Name("users"u8);
        json.BeginArray();
        foreach (byte[] user in room.Users.Take(room.Owner.Options.PresenceLimit))
        {
            json.String(user);
        }

        json.EndArray();
    }
}
