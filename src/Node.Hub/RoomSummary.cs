using System.Text;

namespace Node.Hub;

/// <param name="Name">The room.</param>
/// <param name="Connections">Connections in it.</param>
/// <param name="UserCount">Different users in it.</param>
public sealed record RoomSummary(string Name, int Connections, int UserCount)
{
    internal static RoomSummary Of(Room room) => new(Encoding.UTF8.GetString(room.Name), room.Members, room.UserCount);
}
