namespace Node.Controller.State;

/// <summary>What is kept of a room, beside the name.</summary>
internal struct RoomRow
{
    public long SinceMs;

    /// <summary>Connections in it.</summary>
    public int Members;

    /// <summary>Different users in it.</summary>
    public int Users;

    /// <summary>Where the list of its members begins.</summary>
    public int FirstMember;

    /// <summary>Where the list of its users with several connections begins.</summary>
    public int FirstUser;

    /// <summary>Where the list of nodes with members begins.</summary>
    public int FirstNode;
}
