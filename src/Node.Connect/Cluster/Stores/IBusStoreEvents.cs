using Node.Protocol.Bus;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster.Stores;

/// <summary>What a store tells the bus. On the bus's thread, but for <see cref="Dropped"/>.</summary>
internal interface IBusStoreEvents
{
    /// <summary>A batch has come, of any node; its epoch and first number are set where the target is a room.</summary>
    void Received(in TargetKey target, BusBatch batch);

    /// <summary>The store has it.</summary>
    /// <param name="batch">As it was sent.</param>
    /// <param name="first">The number of its first message; rooms only.</param>
    /// <param name="reached">Nodes that it went to; null: the store does not know.</param>
    void Taken(StoreBatch batch, ulong first, ulong? reached);

    /// <summary>The store surely does not have it: it is sent again.</summary>
    void NotTaken(StoreBatch batch);

    /// <summary>Whether the store has it cannot be told, unless it comes back.</summary>
    void Undecided(StoreBatch batch);

    /// <summary>The store has forgotten a room: it must be linked anew, perhaps in another life.</summary>
    void Forgotten(in TargetKey room);

    /// <summary>A batch was thrown away because the thread does not keep up. Any thread.</summary>
    void Dropped();

    /// <summary>The store was away: batches may have been missed, and rooms be forgotten.</summary>
    void Restarted();
}
