using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>What the registry's view of the nodes does to the state.</summary>
internal static class NodeRegistry
{
    /// <summary>
    /// Announces who is there, and loses who was there and is not any more. A node that the registry has never shown, or that was restored
    /// from a store and has not reported yet, is left alone: the first reports all the same, the second has its grace.
    /// </summary>
    public static void Apply(ControllerState state, IReadOnlyList<NodeAnnouncement> present, ILogger log)
    {
        foreach (NodeAnnouncement node in present)
        {
            state.Announce(node);
        }

        HashSet<string> ids = [.. present.Select(node => node.Id)];
        foreach (NodeView node in state.Ask(queries => queries.Nodes()))
        {
            bool wasThere = node.Announced.State.Length > 0 && !node.IsProvisional;
            if (wasThere && !node.IsLost && !ids.Contains(node.Announced.Id))
            {
                log.NodeLost(node.Announced.Id, "it is not in the registry any more");
                state.Lose(node.Announced.Id, node.Announced.Incarnation);
            }
        }
    }
}
