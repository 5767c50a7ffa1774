using Node.Load.Compare;
using Node.Tests.Tidy;

namespace Node.Tests.Load;

/// <summary>The plan as it stands in the repository.</summary>
public sealed class ComparePlanTests
{
    private static readonly ComparePlan Plan = ComparePlan.Read(SourceFile.Full("perf/compare.json"));

    [Fact]
    public void Each_row_has_its_baseline_and_this_project_on_a_path_that_they_know()
    {
        foreach (CompareRow row in Plan.Rows)
        {
            string[] servers = [.. Plan.Servers.Where(server => server.In(row.Mode)?.Paths.ContainsKey(row.Path) == true).Select(server => server.Name)];
            Assert.Contains(Plan.Baseline, servers);
            Assert.Contains("node", servers);
        }
    }

    [Fact]
    public void A_row_of_a_mode_starts_the_servers_that_know_it_with_what_they_have_and_more_and_leaves_out_the_others()
    {
        Assert.Equal(["limit", "node"], Plan.Servers.Select(server => server.In("pings")?.Name).OfType<string>());

        CompareServer limit = Plan.Servers.Single(server => server.Name == "limit");
        Assert.Equal([.. limit.Command, "--ping", "1"], limit.In("pings")!.Command);
        CompareServer node = Plan.Servers.Single(server => server.Name == "node").In("pings")!;
        Assert.Equal(("1s", "1"), (node.Environment["HEARTBEAT_INTERVAL"], node.Environment["NODE_LOOPS"]));
    }

    [Fact]
    public void A_row_without_a_mode_changes_nothing() =>
        Assert.All(Plan.Servers, server => Assert.Same(server, server.In(null)));
}
