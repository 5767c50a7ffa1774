using System.Net;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>The other nodes, for clients that are sent away: to each its share, so that in the end they are equally loaded. Any thread.</summary>
/// <remarks>A load is told again only when it has moved by a tenth: whoever was sent to a node since then counts as there.</remarks>
internal sealed class Neighbours
{
    private readonly Lock _lock = new();
    private (RoleMembers Nodes, Member Self)? _news;
    private Neighbour[] _all = [];

    /// <summary>Takes who is there now. Cheap: each node hears of every other's load, and hardly ever sends somebody away.</summary>
    /// <param name="nodes">This one included.</param>
    /// <param name="self">This one.</param>
    public void Apply(RoleMembers nodes, Member self)
    {
        lock (_lock)
        {
            _news = (nodes, self);
        }
    }

    /// <summary>Where the next client should go: <c>host</c> or <c>host:port</c>, as in a close reason's <c>node=</c>. Null: there is no other node.</summary>
    public string? Next()
    {
        lock (_lock)
        {
            if (_news is { } news)
            {
                _all = Read(news.Nodes, news.Self);
                _news = null;
            }

            Neighbour? least = _all.MinBy(node => node.Load + node.Sent);
            if (least is not null)
            {
                least.Sent++;
            }

            return least?.Address;
        }
    }

    private Neighbour[] Read(RoleMembers nodes, Member self) =>
    [
        .. nodes.Members
            .Where(node => node.Id != self.Id && node.State == MemberState.Ready)
            .Select(node => (Node: node, Address: AddressOf(node, self)))
            .Where(one => one.Address is not null)
            .Select(one => new Neighbour(one.Address!, one.Node.Connections, SentSince(one.Address!, one.Node.Connections))),
    ];

    private long SentSince(string address, long load) =>
        _all.FirstOrDefault(before => before.Address == address && before.Load == load)?.Sent ?? 0;

    /// <summary>
    /// Where this node's clients could reach another. A hint changes only the host of the address that a client has, so the rest must be the same;
    /// and what is an address on one machine alone is of use to this node's own machine alone.
    /// </summary>
    private static string? AddressOf(Member node, Member self)
    {
        if (!Uri.TryCreate(self.ClientUrl, UriKind.Absolute, out Uri? own) || !Uri.TryCreate(node.ClientUrl, UriKind.Absolute, out Uri? url)
            || url.Scheme is not ("ws" or "wss") || url.Scheme != own.Scheme || url.PathAndQuery != own.PathAndQuery
            || url.Authority == own.Authority || (url.IsLoopback && !own.IsLoopback)
            || (IPAddress.TryParse(url.Host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))))
        {
            return null;
        }

        string host = url.HostNameType == UriHostNameType.Dns ? url.IdnHost : url.Host;
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private sealed class Neighbour(string address, long load, long sent)
    {
        public string Address { get; } = address;

        public long Load { get; } = load;

        public long Sent { get; set; } = sent;
    }
}
