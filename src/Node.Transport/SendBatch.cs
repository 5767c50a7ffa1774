namespace Node.Transport;

/// <summary>
/// Many sends in one system call: what a <see cref="ReadinessPoller"/> offers where the kernel can, and a simulation too.
/// Loop thread only.
/// </summary>
/// <remarks>
/// Between <see cref="Add"/> and <see cref="Submit"/> the bytes may not move or change, and no descriptor may be closed: its number
/// would belong to somebody else by then. After <see cref="Submit"/> nothing is under way any more.
/// </remarks>
public abstract class SendBatch
{
    /// <summary>Sends that one <see cref="Submit"/> takes.</summary>
    public abstract int Capacity { get; }

    /// <summary>Fewer sends than this cost more here than one by one.</summary>
    public abstract int Smallest { get; }

    /// <summary>Puts a send behind the others; at most <see cref="Capacity"/>, and one a descriptor.</summary>
    /// <param name="descriptor">A socket.</param>
    /// <param name="source">Pinned bytes, at least one.</param>
    public abstract void Add(int descriptor, ReadOnlySpan<byte> source);

    /// <summary>Sends what was added, as <see cref="ReadinessPoller.Send"/> would, and empties the batch.</summary>
    /// <param name="incomplete">Filled from the start with what did not go out whole, in any order; room for all of the batch.</param>
    /// <returns>How many were filled in.</returns>
    public abstract int Submit(Span<SendOutcome> incomplete);
}

/// <summary>A send of a batch that did not take all of its bytes.</summary>
/// <param name="Index">Which one: 0 was added first.</param>
/// <param name="Sent">What <see cref="ReadinessPoller.Send"/> would have returned: the bytes taken, or minus the errno.</param>
public readonly record struct SendOutcome(int Index, int Sent);
