namespace Node.Controller.State;

/// <summary>A batch of one node's changes.</summary>
/// <param name="Session">Of the stream that brings it: the latest stream of a node counts, whatever an earlier one still sends is refused.</param>
/// <param name="Node">Its id.</param>
/// <param name="Incarnation">Its start.</param>
/// <param name="Batch">1, 2, 3, … within the incarnation.</param>
/// <param name="BeginsSnapshot">What is not repeated until the end is gone.</param>
/// <param name="EndsSnapshot">With this batch the snapshot is whole.</param>
/// <param name="Changes">In the order in which they happened.</param>
public sealed record Report(
    long Session, string Node, ulong Incarnation, ulong Batch, bool BeginsSnapshot, bool EndsSnapshot, IReadOnlyList<Change> Changes);
