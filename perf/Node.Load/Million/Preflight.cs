using System.Globalization;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>Whether this machine can hold the crowd, and how many processes it takes. Reads /proc and starts nothing.</summary>
internal static class Preflight
{
    /// <summary>Of the descriptor limit, what connections get; the rest is for what else a process opens, and for who comes from a lost node.</summary>
    private const double Share = 0.926;

    /// <summary>The same when one node is killed and another one emptied. A node keeps up to 4.4 % of its descriptors for itself, and clients come back unevenly.</summary>
    private const double ShareWithoutTwo = 0.94;

    /// <summary>Bytes that a connection takes of the machine: both of its sockets in the kernel, the servers, the load.</summary>
    private const long BytesPerConnection = 11_000;

    private const long BytesPerProcess = 24L * 1024 * 1024;
    private const int PortsPerProcess = 4;
    private const int DescriptorsPerProcess = 500;

    public static CrowdPlan Plan(MillionOptions options)
    {
        int limit = options.PerProcess > 0 ? (int)(options.PerProcess / Share) : (int)Math.Min(DescriptorLimit(), 4_000_000);
        int most = (int)(limit * Share);
        int connections = options.Connections / options.RoomSize * options.RoomSize;
        int nodes = options.Nodes > 0 ? options.Nodes : Math.Max(options.NoKill ? 1 : 3, (connections + most - 1) / most);
        while (options.Nodes == 0 && !options.NoKill && connections / (nodes - 2) > limit * ShareWithoutTwo)
        {
            nodes++;
        }

        return new CrowdPlan(
            options.Network, nodes, (connections + most - 1) / most, connections, options.RoomSize, options.Spread,
            Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>What does not suffice, and what to do about it; nothing: all does.</summary>
    public static IEnumerable<string> Problems(CrowdPlan plan, MillionOptions options)
    {
        int left = plan.Nodes - (options.NoKill ? 0 : 2);
        int mostOnNode = left < 1 ? int.MaxValue : plan.Connections / left;
        if (DescriptorLimit() < Math.Min(mostOnNode, 1L << 30) + (DescriptorsPerProcess / 2))
        {
            yield return options.NoKill || left > 0
                ? $"descriptors: {DescriptorLimit()} a process, a node may get {mostOnNode} connections: ulimit -n {mostOnNode + DescriptorsPerProcess}, or more --nodes"
                : "nodes: killing one and emptying another needs three at least: --nodes 3, or --no-kill";
        }

        (long all, string file) = (Whole("/proc/sys/fs/file-max"), "fs.file-max");
        long files = (2L * plan.Connections) + ((plan.Nodes + plan.Processes) * (long)DescriptorsPerProcess);
        if (all < files)
        {
            yield return $"{file} is {all}: sysctl -w {file}={files}";
        }

        long watches = Whole("/proc/sys/fs/epoll/max_user_watches");
        if (watches < 2L * plan.Connections)
        {
            yield return $"fs.epoll.max_user_watches is {watches}: sysctl -w fs.epoll.max_user_watches={2L * plan.Connections}";
        }

        string[] range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[])['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        long ports = PortsPerProcess * (long.Parse(range[1], CultureInfo.InvariantCulture) - long.Parse(range[0], CultureInfo.InvariantCulture) + 1);
        if (ports * 0.9 < plan.Connections / plan.Processes)
        {
            yield return $"ports: {ports} for the addresses of a load process, not {plan.Connections / plan.Processes}: sysctl -w net.ipv4.ip_local_port_range='1024 65535'";
        }

        long backlog = Whole("/proc/sys/net/core/somaxconn");
        if (backlog < (long)options.Connecting * options.AtOnce)
        {
            yield return $"net.core.somaxconn is {backlog}: sysctl -w net.core.somaxconn={options.Connecting * options.AtOnce}, or a smaller --at-once";
        }

        long available = MachineSample.Take(0, 0, 0).Available;
        long needed = (plan.Connections * BytesPerConnection) + ((plan.Nodes + plan.Processes) * BytesPerProcess);
        if (available < needed)
        {
            long fits = Math.Max(0, available - ((plan.Nodes + plan.Processes) * BytesPerProcess)) / BytesPerConnection;
            yield return $"memory: {needed >> 20} MiB are needed, {available >> 20} MiB are available: --connections {fits}";
        }
    }

    private static long DescriptorLimit()
    {
        string line = File.ReadLines("/proc/self/limits").First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        string soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
    }

    private static long Whole(string file) => long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out long value) ? value : long.MaxValue;
}
