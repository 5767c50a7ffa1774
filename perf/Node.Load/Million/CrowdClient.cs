namespace Node.Load.Million;

internal enum CrowdState : byte
{
    Absent,
    Connecting,
    Upgrading,
    Joining,
    Ready,
}

/// <summary>One client of a crowd: 20 bytes, in one array, so that a million cost the load as little as they can.</summary>
internal struct CrowdClient
{
    public int Descriptor;

    /// <summary>The node that it is connected to, from 0.</summary>
    public ushort Node;

    public CrowdState State;

    /// <summary>Answers to its joins that have come.</summary>
    public byte Joined;

    /// <summary>The latest number seen of its own room's messages, of the room of everybody's, of the broadcasts'; 0: none yet.</summary>
    public uint Room;
    public ushort Everybody;
    public ushort Broadcast;

    /// <summary>It was here before and has lost its connection.</summary>
    public bool IsReturning;

    /// <summary><see cref="Node"/> is where it was told to come back.</summary>
    public bool IsDirected;
}
