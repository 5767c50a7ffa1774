using Node.Host;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster.Stores;

/// <summary>
/// A store that carries batches from nodes to nodes: all batches of a target in one order, the same for all; those of a room with gapless
/// numbers. Called by the bus's thread; must not block. What it has to say goes to <see cref="IBusStoreEvents"/>.
/// </summary>
internal interface IBusStore : IAsyncDisposable
{
    /// <summary>Why nothing goes just now; null while all is well. Any thread.</summary>
    string? Problem { get; }

    /// <summary>Begins. Once, first of all.</summary>
    /// <param name="events">Called on the bus's thread alone.</param>
    /// <param name="thread">That thread; not started yet.</param>
    void Start(IBusStoreEvents events, WorkThread thread);

    /// <summary>A room's or user's batches are wanted. From when they come, only a batch of one's own that comes back can tell.</summary>
    void Watch(in TargetKey target);

    void Unwatch(in TargetKey target);

    /// <summary>Puts a batch behind all that are there. No second one of its target comes before this one's outcome, or its time is up.</summary>
    void Send(StoreBatch batch);

    /// <summary>The turn is over: what it has sent may leave together.</summary>
    void Flush();
}
