using Node.Host;

namespace Node.Tests.Host;

/// <summary>When a node that has come to rest stops for a full collection.</summary>
public sealed class IdleTrimTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(1, 2, 0, 0, true)]
    [InlineData(0, 2, 0, 0, false)]
    [InlineData(100, 400, 3600, 1000, true)]
    [InlineData(99, 400, 3600, 1000, false)]
    [InlineData(400, 400, 99, 1000, false)]
    [InlineData(400, 400, 100, 1000, true)]
    public void It_comes_where_it_gives_back_a_part_of_the_heap_and_costs_a_hundredth_of_the_time(
        int allocatedMiB, int heapMiB, int seconds, int lastPauseMs, bool comes) =>
        Assert.Equal(
            comes, IdleTrim.IsWorthwhile(allocatedMiB * MiB, heapMiB * MiB, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(lastPauseMs)));
}
