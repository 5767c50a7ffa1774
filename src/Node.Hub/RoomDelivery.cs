using System.Text;

namespace Node.Hub;

/// <summary>What became of a message to a room.</summary>
/// <param name="Offset">Its number in the room; 0 when the room is empty, and so does not exist.</param>
/// <param name="Epoch">The life of the room in which that number holds.</param>
/// <param name="Connections">How many members there are: it is next to be sent to them.</param>
public readonly record struct RoomDelivery(ulong Offset, string Epoch, int Connections)
{
    internal static RoomDelivery Of(Room? room, ulong offset) => room is null
        ? new RoomDelivery(0, "", 0)
        : new RoomDelivery(offset, Encoding.UTF8.GetString(room.Epoch), room.Members);
}
