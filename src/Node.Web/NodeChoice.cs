namespace Node.Web;

/// <summary>
/// Which node a client is told to connect to: the least loaded one that is ready. Any thread.
/// </summary>
/// <remarks>
/// Loads are told again only when they have moved by a tenth, so nodes within a tenth of the least are equally good and are
/// taken in turn: else every client of that while would go to the same one.
/// </remarks>
internal sealed class NodeChoice
{
    // What little a node must have more than another to count as more loaded, when both are nearly empty.
    private const ulong Noise = 10;

    private uint _turn;

    /// <returns>The best first, then the others to fall back on, from the least loaded up. Empty when none is ready.</returns>
    public IReadOnlyList<DirectoryNode> Order(IReadOnlyList<DirectoryNode> nodes)
    {
        DirectoryNode[] ready = [.. nodes.Where(node => node.IsReady).OrderBy(node => node.Connections).ThenBy(node => node.Id, StringComparer.Ordinal)];
        if (ready.Length == 0)
        {
            return ready;
        }

        ulong enough = ready[0].Connections + Math.Max(ready[0].Connections / 10, Noise);
        int equal = ready.TakeWhile(node => node.Connections <= enough).Count();
        int first = (int)(Interlocked.Increment(ref _turn) % (uint)equal);
        return [ready[first], .. ready[..first], .. ready[(first + 1)..]];
    }
}
