namespace Node.Connect.Machine;

/// <summary>What connections need of the machine; tools/tune has the same numbers, and a test compares them.</summary>
internal static class MachineNeeds
{
    /// <summary>Descriptors beside those of the connections: listeners, gRPC, files.</summary>
    public const long ReserveDescriptors = 4096;

    /// <summary>Pages of kernel memory in the buffers of a connection, when all of them are busy.</summary>
    public const long BufferPages = 2;

    public static long Descriptors(long connections) => connections + ReserveDescriptors;

    /// <summary>Of tcp_mem, its last figure. More than half of the memory is never asked for.</summary>
    public static long TcpPages(long connections, long memoryPages) => Math.Min(connections * BufferPages, memoryPages / 2);
}
