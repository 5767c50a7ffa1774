using Node.Web.Api;

namespace Node.Web.Managers;

/// <summary>
/// The nodes as the controller last told them, asked again when a client wants one and the answer is older than a second. With the
/// controller away it goes on with what it knew. Any thread.
/// </summary>
public sealed class ControllerNodes(IControlPlane controller, TimeProvider time) : INodeDirectory
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private IReadOnlyList<DirectoryNode>? _known;
    private Task<IReadOnlyList<DirectoryNode>>? _asking;
    private long _knownAt;

    public async ValueTask<IReadOnlyList<DirectoryNode>> ListAsync(CancellationToken cancellation)
    {
        Task<IReadOnlyList<DirectoryNode>> asking;
        lock (_lock)
        {
            if (_known is not null && time.GetElapsedTime(_knownAt) < Fresh)
            {
                return _known;
            }

            // One question for all who wait; it belongs to none of them, so none of them cancels it.
            asking = _asking is { IsCompleted: false } running ? running : _asking = AskAsync();
        }

        return await asking.WaitAsync(cancellation);
    }

    private async Task<IReadOnlyList<DirectoryNode>> AskAsync()
    {
        try
        {
            IReadOnlyList<NodeInfo> nodes = await controller.ListNodesAsync(CancellationToken.None);
            return Keep([.. nodes.Select(NodeOf).OfType<DirectoryNode>()]);
        }
        catch (ControlPlaneException) when (_known is not null)
        {
            return Keep(_known);
        }
    }

    private IReadOnlyList<DirectoryNode> Keep(IReadOnlyList<DirectoryNode> nodes)
    {
        lock (_lock)
        {
            (_known, _knownAt) = (nodes, time.GetTimestamp());
            return nodes;
        }
    }

    private static DirectoryNode? NodeOf(NodeInfo node) =>
        Uri.TryCreate(node.ClientUrl, UriKind.Absolute, out Uri? url)
            ? new DirectoryNode(node.Node, url, node.State == "ready", node.Connections)
            : null;
}
