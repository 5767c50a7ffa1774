namespace Node.Controller.Stores;

/// <summary>How a <see cref="WriteBehind"/> behaves. Immutable.</summary>
internal sealed record WriteBehindOptions
{
    /// <summary>Things that may wait; beyond it the list is dropped and everything is written anew from memory.</summary>
    public int MaxWaiting { get; init; } = 1_000_000;

    /// <summary>Things that go into one write.</summary>
    public int BatchSize { get; init; } = 2000;

    /// <summary>Between the first change and its write: what happens meanwhile goes along, and what was undone is never written.</summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>After a failure; doubled at each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(5);
}
