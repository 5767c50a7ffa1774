using System.Text;

namespace Node.Hub;

/// <param name="Connections">Connections in the room.</param>
/// <param name="UserCount">Different users in the room.</param>
/// <param name="Users">Up to the limit of who asked, in no order.</param>
/// <param name="Offset">The latest message's number.</param>
public sealed record RoomPresence(int Connections, int UserCount, IReadOnlyList<string> Users, ulong Offset)
{
    internal static RoomPresence Of(Room? room, int maxUsers) => room is null
        ? new RoomPresence(0, 0, [], 0)
        : new RoomPresence(
            room.Members,
            room.UserCount,
            [.. room.Users.Take(maxUsers).Select(Encoding.UTF8.GetString)],
            room.Offset);
}
