using Node.Controller.Stores;

namespace Node.Controller.Leading;

/// <summary>How a term of leadership goes. Immutable.</summary>
internal sealed record TermOptions
{
    /// <summary>After it a node whose members come from a store and that has not reported counts as lost, and a room that all connections have
    /// left by ending is forgotten.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For opening and reading one store at the start.</summary>
    public TimeSpan RestoreTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>At the end: for writing what still waits.</summary>
    public TimeSpan FlushTime { get; init; } = TimeSpan.FromSeconds(5);

    public WriteBehindOptions Writing { get; init; } = new();
}
