namespace Node.Connect.Machine;

/// <summary>What connections need of the machine; tools/tune has the same numbers, and a test compares them.</summary>
internal static class MachineNeeds
{
    /// <summary>Descriptors beside those of the connections: listeners, gRPC, files.</summary>
    public const long ReserveDescriptors = 4096;

    // A standalone at rest has 225 open, most of them the runtime's own files.
    private const long OwnDescriptors = 384;

    // Of what a limit has beyond those a fortieth, so that 20,000 descriptors still hold 19,000 connections; of a small one up to a quarter, for
    // handshakes and refusals that are under way.
    private const long ReserveShare = 40;
    private const long SmallShare = 4;
    private const long UnderWay = 128;

    /// <summary>Pages of kernel memory in the buffers of a connection, when all of them are busy.</summary>
    public const long BufferPages = 2;

    public static long Descriptors(long connections) => connections + ReserveDescriptors;

    /// <summary>
    /// Connections beyond which new ones are turned away: as set, but no more than leave the reserve to the rest of the process. A process that
    /// cannot open a file any more does not live long.
    /// </summary>
    /// <param name="set">0: as many as descriptors allow.</param>
    /// <param name="descriptors">Of the process; null: not known.</param>
    /// <returns>0: no limit.</returns>
    public static int MaxConnections(int set, long? descriptors)
    {
        int fit = descriptors is { } most ? Clamp(most - ReserveOf(most)) : int.MaxValue;
        return set > 0 ? Math.Min(set, fit) : fit == int.MaxValue ? 0 : fit;
    }

    /// <summary>
    /// Sockets beyond which new ones are cut off unheard, those included that are no WebSocket yet or none any more: they take from the reserve,
    /// but not all of it.
    /// </summary>
    /// <inheritdoc cref="MaxConnections"/>
    public static int MaxSockets(long? descriptors) =>
        descriptors is { } most ? Clamp(most - Math.Max(OwnDescriptors, ReserveOf(most) / 2)) : 0;

    /// <summary>What connections leave of so many descriptors: <see cref="ReserveDescriptors"/>, but of a small limit not so much.</summary>
    public static long ReserveOf(long descriptors)
    {
        long rest = descriptors - OwnDescriptors;
        return Math.Min(ReserveDescriptors, OwnDescriptors + Math.Min(rest / SmallShare, Math.Max(UnderWay, rest / ReserveShare)));
    }

    private static int Clamp(long count) => (int)Math.Clamp(count, 1, int.MaxValue);

    /// <summary>Of tcp_mem, its last figure. More than half of the memory is never asked for.</summary>
    public static long TcpPages(long connections, long memoryPages) => Math.Min(connections * BufferPages, memoryPages / 2);
}
