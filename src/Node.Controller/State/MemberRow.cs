using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>A connection in a room: 32 bytes.</summary>
internal struct MemberRow : IHashedRow
{
    public int Connection;
    public int Room;

    /// <summary>The node's snapshot that has last confirmed it.</summary>
    public int Mark;

    public int NextOfConnection;
    public int PreviousOfConnection;
    public int NextOfRoom;
    public int PreviousOfRoom;

    public readonly int Hash => HashOf(Connection, Room);

    public int Next { get; set; }

    public static int HashOf(int connection, int room) => PairTable.Pair.HashOf(connection, room);
}
