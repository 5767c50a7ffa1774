using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>A connection in the table: 64 bytes.</summary>
internal struct ConnectionRow : IHashedRow
{
    public ulong Number;

    /// <summary>The highest that a change of it has carried.</summary>
    public ulong Generation;

    public long SinceMs;

    /// <summary>Slot of its node.</summary>
    public int Node;

    /// <summary>Its user; 0: it has gone, and only its number is remembered.</summary>
    public int User;

    /// <summary>The node's snapshot that has last confirmed it.</summary>
    public int Mark;

    /// <summary>Where the list of its rooms begins.</summary>
    public int FirstRoom;

    public int NextOfNode;
    public int PreviousOfNode;
    public int NextOfUser;
    public int PreviousOfUser;

    /// <summary>Its user has no other connection.</summary>
    public readonly bool IsAlone => NextOfUser == 0 && PreviousOfUser == 0;

    public readonly int Hash => HashOf(Node, Number);

    public int Next { get; set; }

    public static int HashOf(int node, ulong number) => (int)(((number + ((ulong)(uint)node << 48)) * 0x9E3779B97F4A7C15) >> 32);
}
