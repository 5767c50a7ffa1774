using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>Decides when this controller leads.</summary>
internal interface ILeadership : IAsyncDisposable
{
    /// <summary>What is wrong with it, for a person; null: nothing.</summary>
    string? Problem { get; }

    /// <summary>Lets this controller lead whenever it is its turn, until it is cancelled.</summary>
    /// <param name="address">Where the others reach this controller's gRPC.</param>
    /// <param name="lead">One term: its number, higher than every one before, and when it is over.</param>
    /// <param name="cancel">The end.</param>
    Task RunAsync(string address, Func<long, CancellationToken, Task> lead, CancellationToken cancel);

    /// <summary>The nodes that are registered; null: nobody knows.</summary>
    IReadOnlyList<NodeAnnouncement>? Nodes { get; }

    /// <summary><see cref="Nodes"/> has changed. On any thread.</summary>
    event Action? NodesChanged;
}
