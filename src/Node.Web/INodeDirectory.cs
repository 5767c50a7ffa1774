namespace Node.Web;

/// <summary>A node that clients may connect to.</summary>
/// <param name="Id">Its name.</param>
/// <param name="ClientUrl">Its WebSocket, as clients reach it.</param>
/// <param name="IsReady">Whether it takes new connections.</param>
/// <param name="Connections">Its load, as last told.</param>
public sealed record DirectoryNode(string Id, Uri ClientUrl, bool IsReady, ulong Connections);

/// <summary>The nodes of a cluster, as they are known now. Any thread.</summary>
public interface INodeDirectory
{
    /// <exception cref="Api.ControlPlaneException">Nobody could be asked, and nothing was known before.</exception>
    ValueTask<IReadOnlyList<DirectoryNode>> ListAsync(CancellationToken cancellation);
}
