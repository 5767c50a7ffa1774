using Node.Load.Compare;
using Node.Load.Run;

namespace Node.Tests.Load;

/// <summary>What a reader of a comparison's page sees.</summary>
public class ComparePageTests
{
    [Fact]
    public void Bars_are_as_long_as_their_values_and_the_goal_is_marked_at_its_multiple_of_the_baseline()
    {
        string page = Draw(goal: 1.5, Cell("limit", 2, 1), Cell("node", 4, 2), Cell("ws <npm>", 8, 4));

        Assert.Contains("<i class=\"base\" style=\"width:25.00%\">", page, StringComparison.Ordinal);
        Assert.Contains("<i class=\"own\" style=\"width:50.00%\">", page, StringComparison.Ordinal);
        Assert.Contains("<i class=\"\" style=\"width:100.00%\">", page, StringComparison.Ordinal);
        Assert.Contains("<u style=\"left:37.50%\">", page, StringComparison.Ordinal);
        Assert.Contains("2.00, missed", page, StringComparison.Ordinal);
        Assert.Contains("ws &lt;npm&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<npm>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_failed_has_its_reason_and_no_bar()
    {
        CellResult failed = Cell("node", null, null);
        failed.Faults.Add("no answer");

        string page = Draw(goal: null, Cell("limit", 2, 1), failed);

        Assert.Contains("no answer", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"own\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("met", page[page.IndexOf("<h2>", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static string Draw(double? goal, params CellResult[] cells)
    {
        var result = new CompareResult { Machine = "a machine", StartedAt = DateTimeOffset.UnixEpoch, Quick = false, Rounds = 1 };
        var row = new RowResult
        {
            Row = new CompareRow
            {
                Name = "echo", Title = "Echo", Scenario = "echo", Path = "/echo", Arguments = [], Metric = "cpu", Unit = "µs", Goal = goal, Relative = true,
            },
        };
        row.Cells.AddRange(cells);
        result.Rows.Add(row);
        return ComparePage.Draw(result, _ => "limit");
    }

    private static CellResult Cell(string server, double? value, double? ratio)
    {
        var cell = new CellResult { Server = server, Title = server };
        cell.Values.Add(value);
        cell.Ratios.Add(ratio);
        cell.Reports.Add(new LoadReport { Scenario = "echo", Target = "", Operations = 1 });
        return cell;
    }
}
