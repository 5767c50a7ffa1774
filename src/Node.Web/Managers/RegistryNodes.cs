using Node.Host.Cluster;
using Node.Rpc.Discovery;

namespace Node.Web.Managers;

/// <summary>The nodes as the registry has them; with etcd away, as it last had them. Any thread.</summary>
public sealed class RegistryNodes(ClusterMember member) : INodeDirectory
{
    public ValueTask<IReadOnlyList<DirectoryNode>> ListAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<DirectoryNode>>(
            [.. member.Current[Roles.ConnectNode].Members.Select(NodeOf).OfType<DirectoryNode>()]);

    private static DirectoryNode? NodeOf(Member node) => Uri.TryCreate(node.ClientUrl, UriKind.Absolute, out Uri? url)
        ? new DirectoryNode(node.Id, url, node.State == MemberState.Ready, (ulong)node.Connections)
        : null;
}
