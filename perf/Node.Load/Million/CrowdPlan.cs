using System.Globalization;
using System.Net;

namespace Node.Load.Million;

/// <summary>Who is where: addresses of the nodes, of the load's sockets, and rooms. The same in the parent and in every load process.</summary>
/// <param name="Network">The second byte of all addresses: 127.NETWORK.x.y; the next one is the load's.</param>
/// <param name="Nodes">Connect-nodes.</param>
/// <param name="Processes">Load processes.</param>
/// <param name="Connections">Over all of them; a multiple of the room size.</param>
/// <param name="RoomSize">Members of each small room.</param>
/// <param name="Spread">Nodes that the members of one room are connected to.</param>
/// <param name="Secret">Signs the clients' tokens.</param>
internal sealed record CrowdPlan(int Network, int Nodes, int Processes, int Connections, int RoomSize, int Spread, string Secret)
{
    public const string Everybody = "everybody";
    public const int ClientPort = 8083;
    public const int GrpcPort = 50052;
    public const int MetricsPort = 9091;
    public const int EtcdPort = 2379;

    private const int SourcesPerProcess = 4;

    public int Rooms => Connections / RoomSize;

    public IPAddress Servers => new([127, (byte)Network, 0, 1]);

    public IPAddress NodeAddress(int node) => new([127, (byte)Network, (byte)(1 + (node / 250)), (byte)(1 + (node % 250))]);

    /// <summary>A process has a few addresses of its own, so that ports suffice whatever it connects to.</summary>
    public uint Source(int process, int turn) =>
        0x7F000001u + ((uint)(Network + 1) << 16) + ((uint)process << 8) + (uint)(turn % SourcesPerProcess);

    /// <summary>The first room of a process; one after its last room is the first of the next.</summary>
    public int FirstRoom(int process) => (int)((long)Rooms * process / Processes);

    public static string RoomName(int room) => string.Create(CultureInfo.InvariantCulture, $"room-{room}");

    /// <summary>Rooms follow each other over the nodes as over the processes, so that a process talks to few nodes at a time.</summary>
    public int HomeOf(int room, int member)
    {
        int first = (int)((long)room * Nodes / Rooms);
        return (first + (member % Math.Min(Spread, Nodes))) % Nodes;
    }

    public string ToArguments() =>
        string.Create(CultureInfo.InvariantCulture, $"{Network},{Nodes},{Processes},{Connections},{RoomSize},{Spread},{Secret}");

    /// <exception cref="ArgumentException">It was not made by <see cref="ToArguments"/>.</exception>
    public static CrowdPlan Parse(string arguments)
    {
        string[] parts = arguments.Split(',');
        int Whole(int i) => int.Parse(parts[i], CultureInfo.InvariantCulture);
        return parts.Length == 7
            ? new CrowdPlan(Whole(0), Whole(1), Whole(2), Whole(3), Whole(4), Whole(5), parts[6])
            : throw new ArgumentException("crowd: a load process of `million`, which starts it.");
    }
}
