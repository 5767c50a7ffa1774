using Node.Rpc.Discovery;

namespace Node.Tests.Cluster;

public sealed class TargetKeyTests
{
    /// <summary>In a hash that multiplies by 31, "Aa" and "BB" are the same, and so is whatever is put together of them.</summary>
    [Fact]
    public void Names_that_somebody_chose_to_meet_do_not_meet()
    {
        TargetKey[] keys = [.. Enumerable.Range(0, 1024).Select(i => TargetKey.Room(string.Concat(Enumerable.Range(0, 10).Select(bit => (i >> bit & 1) == 0 ? "Aa" : "BB"))))];
        Assert.InRange(keys.Select(key => key.GetHashCode()).Distinct().Count(), 1000, 1024);
        Assert.Equal(TargetKey.Room("AaBB").GetHashCode(), TargetKey.Room("AaBB").GetHashCode());
        Assert.NotEqual(TargetKey.Room("AaBB"), TargetKey.User("AaBB"));
    }
}
