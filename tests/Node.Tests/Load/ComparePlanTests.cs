using Node.Load.Compare;
using Node.Load.Run;
using Node.Load.Scenarios;
using Node.Tests.Settings;

namespace Node.Tests.Load;

public class ComparePlanTests
{
    private static readonly ComparePlan s_plan = ComparePlan.Read(Path.Combine(TestFolder.Repository(), "perf", "compare.json"));

    public static TheoryData<string> Rows => [.. s_plan.Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_one_that_its_baseline_and_the_node_can_be_measured_in(string name)
    {
        CompareRow row = s_plan.Rows.Single(row => row.Name == name);
        CompareServer[] able = [.. s_plan.Servers.Where(server => server.Serves(row))];

        Assert.Contains(able, server => server.Name == (row.Baseline ?? s_plan.Baseline));
        Assert.Contains(able, server => server.Name == "node");
        foreach (CompareServer server in able)
        {
            using Scenario scenario = Worker.Create(
                row.Scenario, LoadOptions.Parse([.. s_plan.Full.Arguments, .. row.Arguments, .. server.Arguments, .. server.Paths[row.Path]]));
        }
    }

    [Fact]
    public void A_mode_adds_to_how_a_server_is_started()
    {
        CompareServer nats = s_plan.Servers.Single(server => server.Name == "nats");
        CompareServer tls = nats.In("tls");

        Assert.Equal([.. nats.Command, .. nats.Modes["tls"].Command], tls.Command);
        Assert.Equal("{port}", tls.Environment["WS_PORT"]);
        Assert.Equal("{cert}", tls.Environment["TLS_CERT"]);
    }

    [Fact]
    public void A_server_is_left_out_of_rows_that_ask_for_what_it_cannot()
    {
        CompareServer limit = s_plan.Servers.Single(server => server.Name == "limit");

        Assert.DoesNotContain(s_plan.Rows, row => row.Mode is not null && limit.Serves(row));
    }
}
