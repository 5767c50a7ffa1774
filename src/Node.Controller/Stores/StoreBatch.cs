using Node.Controller.State;

namespace Node.Controller.Stores;

/// <summary>
/// What a store is to forget and to hold, forgotten first: the latest state of each thing named, so that writing a batch twice does no
/// harm. What a store remembers comes back in the same form.
/// </summary>
internal sealed class StoreBatch
{
    /// <summary>With a node goes every connection of it.</summary>
    public List<string> GoneNodes { get; } = [];

    public List<ConnectionKey> GoneConnections { get; } = [];

    public List<string> GoneRooms { get; } = [];

    public List<NodeAnnouncement> Nodes { get; } = [];

    public List<ConnectionRecord> Connections { get; } = [];

    public List<RoomRecord> Rooms { get; } = [];

    public bool IsEmpty =>
        GoneNodes.Count + GoneConnections.Count + GoneRooms.Count + Nodes.Count + Connections.Count + Rooms.Count == 0;
}
