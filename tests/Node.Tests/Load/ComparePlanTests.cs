using Node.Load.Compare;
using Node.Load.Run;
using Node.Load.Scenarios;
using Node.Tests.Tidy;

namespace Node.Tests.Load;

/// <summary>The plan as it stands in the repository.</summary>
public sealed class ComparePlanTests
{
    private static readonly ComparePlan Plan = ComparePlan.Read(SourceFile.Full("perf/compare.json"));

    public static TheoryData<string> Rows => [.. Plan.Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_one_that_its_baseline_and_the_node_can_be_measured_in(string name)
    {
        CompareRow row = Plan.Rows.Single(row => row.Name == name);
        CompareServer[] able = [.. Plan.Servers.Select(server => server.For(row)).OfType<CompareServer>()];

        Assert.Contains(able, server => server.Name == (row.Baseline ?? Plan.Baseline));
        Assert.Contains(able, server => server.Name == "node");
        foreach (CompareServer server in able)
        {
            using Scenario scenario = Worker.Create(
                row.Scenario, LoadOptions.Parse([.. Plan.Full.Arguments, .. row.Arguments, .. server.Arguments, .. server.Paths[row.Path]]));
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
        CompareServer nats = Plan.Servers.Single(server => server.Name == "nats").In("tls")!;
        Assert.Equal(("{port}", "{cert}"), (nats.Environment["WS_PORT"], nats.Environment["TLS_CERT"]));
    }

    [Fact]
    public void A_row_without_a_mode_changes_nothing() =>
        Assert.All(Plan.Servers, server => Assert.Same(server, server.In(null)));

    [Fact]
    public void A_server_that_has_no_such_path_is_left_out()
    {
        CompareServer server = Plan.Servers[0];
        CompareRow row = Plan.Rows.First(row => row.Mode is null);

        Assert.Same(server, server.For(row));
        Assert.Null(server.For(row with { Path = "cellar" }));
    }
}
