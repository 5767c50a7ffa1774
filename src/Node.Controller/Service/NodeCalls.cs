using Grpc.Core;
using Node.Controller.State;
using Node.Protocol.Connect;

namespace Node.Controller.Service;

/// <summary>Calls to nodes. Any thread.</summary>
/// <param name="clientTo">The way to the node at an address.</param>
internal sealed class NodeCalls(Func<string, NodeService.NodeServiceClient> clientTo)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Joins a user's connections to a room, or takes them out of it, on all of these nodes.</summary>
    /// <returns>How many connections.</returns>
    /// <exception cref="RpcException">UNAVAILABLE: a node was not reached; the others have done it.</exception>
    public async Task<uint> ChangeAsync(
        IReadOnlyCollection<NodeAnnouncement> nodes, bool joins, string user, string room, CancellationToken cancel)
    {
        JoinRequest request = new() { User = user, Room = room };
        (uint Connections, string Problem)[] answers =
            await Task.WhenAll(nodes.Select(node => AskAsync(node, joins, request, cancel))).ConfigureAwait(false);
        string problem = string.Join("; ", answers.Select(answer => answer.Problem).Where(text => text.Length > 0));
        return problem.Length == 0
            ? (uint)answers.Sum(answer => answer.Connections)
            : throw new RpcException(new Status(StatusCode.Unavailable, problem));
    }

    private async Task<(uint Connections, string Problem)> AskAsync(
        NodeAnnouncement node, bool joins, JoinRequest request, CancellationToken cancel)
    {
        if (node.GrpcAddress.Length == 0)
        {
            return (0, $"node {node.Id}: its address is not known");
        }

        try
        {
            NodeService.NodeServiceClient client = clientTo(node.GrpcAddress);
            DateTime deadline = DateTime.UtcNow + Patience;
            JoinResponse answer = joins
                ? await client.JoinAsync(request, deadline: deadline, cancellationToken: cancel).ConfigureAwait(false)
                : await client.LeaveAsync(request, deadline: deadline, cancellationToken: cancel).ConfigureAwait(false);
            return (answer.Connections, "");
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            // Gone since the node's last report.
            return (0, "");
        }
        catch (RpcException error)
        {
            return (0, $"node {node.Id}: {error.Status.Detail}");
        }
    }
}
