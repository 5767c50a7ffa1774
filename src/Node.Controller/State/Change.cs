namespace Node.Controller.State;

/// <summary>One change of one connection, as its node tells it.</summary>
/// <param name="Kind">What.</param>
/// <param name="Connection">Its number on the node, never used again within an incarnation.</param>
/// <param name="Generation">Orders the changes of a connection: one below the highest seen is stale.</param>
/// <param name="Name">The user of a connect, the room of a join or leave.</param>
/// <param name="AtMs">Unix milliseconds.</param>
public readonly record struct Change(ChangeKind Kind, ulong Connection, ulong Generation, string Name, long AtMs);
