using System.Collections.Concurrent;
using Grpc.Core;
using Node.Controller.State;
using Node.Protocol.Connect;
using Node.Rpc;

namespace Node.Controller.Service;

/// <summary>Calls to nodes, each over one channel that stays. Any thread.</summary>
internal sealed class NodeCalls(GrpcChannelOptions options) : IDisposable
{
    // Nodes come and go with new addresses; channels to those that are gone are idle, and closed when there are many.
    private const int MostChannels = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = [];

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

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }
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
            NodeService.NodeServiceClient client = new(ChannelTo(node.GrpcAddress));
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

    private GrpcChannel ChannelTo(string address)
    {
        if (_channels.Count >= MostChannels)
        {
            foreach (string known in _channels.Keys)
            {
                if (_channels.TryRemove(known, out GrpcChannel? old))
                {
                    old.Dispose();
                }
            }
        }

        string scheme = options.Tls is null ? "http" : "https";
        return _channels.GetOrAdd(address, static (to, given) => GrpcChannel.ForAddress($"{given.scheme}://{to}", given.options), (scheme, options));
    }
}
