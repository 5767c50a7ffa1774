using Node.Connect.Settings;

namespace Node.Connect.Machine;

/// <summary>
/// The few limits of the machine that a node would run into without a word: it looks once, at its start. Everything else, and what to do
/// about it, is for <c>./build.sh tune</c>.
/// </summary>
internal static class MachineCheck
{
    /// <summary>What is too small for these settings.</summary>
    public static IEnumerable<string> Warnings(NodeSection node, MachineLimits machine)
    {
        if (machine.SoMaxConn < node.Backlog)
        {
            yield return $"net.core.somaxconn is {machine.SoMaxConn}, so node.backlog {node.Backlog} is no more than that";
        }

        // Without a limit of its own a node takes what the descriptors allow: there is nothing that it needs more of.
        if (node.MaxConnections == 0)
        {
            if (machine.Descriptors is { } few && few < 4 * MachineNeeds.ReserveDescriptors)
            {
                yield return $"the descriptor limit is {few}, which is enough for {MachineNeeds.MaxConnections(0, few)} connections";
            }

            yield break;
        }

        long descriptors = MachineNeeds.Descriptors(node.MaxConnections);
        if (machine.Descriptors < descriptors)
        {
            string most = machine.NrOpen < descriptors ? $", and fs.nr_open allows no more than {machine.NrOpen}" : "";
            yield return $"the descriptor limit is {machine.Descriptors}{most}; node.max_connections {node.MaxConnections} needs {descriptors}";
        }

        long pages = MachineNeeds.TcpPages(node.MaxConnections, machine.MemoryPages ?? long.MaxValue);
        if (machine.TcpPages < pages)
        {
            yield return $"net.ipv4.tcp_mem ends at {machine.TcpPages} pages; node.max_connections {node.MaxConnections} needs {pages} when all are busy";
        }
    }
}
