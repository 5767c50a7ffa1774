using Node.Host.Settings;

namespace Node.Controller.Settings;

/// <summary>Settings under <c>writing:</c>: how Redis and the database are kept up with memory.</summary>
public sealed record WritingSection
{
    [Setting("Changes that may wait for a store, some 50 bytes each; beyond it they are dropped, and the store is compared with memory when it is back.",
        Min = "1000", Max = "100000000")]
    public int MaxWaiting { get; init; } = 1_000_000;

    [Setting("Changes that go into one write.", Min = "1", Max = "100000")]
    public int BatchSize { get; init; } = 2000;

    [Setting("Between the first change and its write; what is undone meanwhile is never written.", Max = "1m")]
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(50);
}
