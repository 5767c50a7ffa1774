using System.Collections.Concurrent;
using Node.Protocol.Connect;
using Node.Rpc;

namespace Node.Controller.Service;

/// <summary>Channels to nodes: one an address, which stays. Any thread.</summary>
internal sealed class NodeChannels(GrpcChannelOptions options) : IDisposable
{
    // Nodes come and go with new addresses; channels to those that are gone are idle, and closed when there are many.
    private const int MostChannels = 1000;

    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = [];

    /// <param name="address">host:port.</param>
    public NodeService.NodeServiceClient ClientTo(string address)
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
        return new NodeService.NodeServiceClient(
            _channels.GetOrAdd(address, static (to, given) => GrpcChannel.ForAddress($"{given.scheme}://{to}", given.options), (scheme, options)));
    }

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }
    }
}
