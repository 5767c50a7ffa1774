using System.Text.Json;

namespace Node.Tests.Dashboards;

/// <summary>The dashboards as files: what Grafana needs to show them, and what a reader needs to read them.</summary>
public sealed class DashboardTests
{
    private const int Columns = 24;

    // Of the fields that Grafana 10 writes; it takes older ones, and newer Grafanas take this.
    private const int Schema = 38;

    private static readonly string[] PanelTypes = ["row", "stat", "timeseries"];

    public static TheoryData<string> Names => [.. DashboardFile.All.Select(file => file.Name)];

    [Fact]
    public void There_are_four() =>
        Assert.Equal(["control-plane", "node", "overview", "performance"], DashboardFile.All.Select(file => file.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_dashboard_has_what_Grafana_asks_for(string name)
    {
        DashboardFile file = File(name);
        Assert.Equal($"node-{name}", file.Json.GetProperty("uid").GetString());
        Assert.Equal(Schema, file.Json.GetProperty("schemaVersion").GetInt32());
        Assert.StartsWith("Node / ", file.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(file.Json.GetProperty("description").GetString()!);
        Assert.StartsWith("now-", file.Json.GetProperty("time").GetProperty("from").GetString(), StringComparison.Ordinal);

        // An id belongs to one database; a file that has one would replace somebody's dashboard.
        Assert.False(file.Json.TryGetProperty("id", out _));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_choose_the_Prometheus_and_what_to_see(string name)
    {
        Dictionary<string, JsonElement> variables = File(name).Variables.ToDictionary(variable => variable.GetProperty("name").GetString()!);
        Assert.Equal(("datasource", "prometheus"), (variables["datasource"].GetProperty("type").GetString(), variables["datasource"].GetProperty("query").GetString()));
        string[] chosen = [.. variables.Keys.Where(variable => variable != "datasource")];
        Assert.Equal(name == "overview" ? [] : ["job", "instance"], chosen);
        Assert.All(chosen, variable =>
        {
            Assert.True(variables[variable].GetProperty("multi").GetBoolean());
            Assert.True(variables[variable].GetProperty("includeAll").GetBoolean());

            // All is all that the query finds, and not every job there is.
            Assert.False(variables[variable].TryGetProperty("allValue", out _));
            Assert.StartsWith("label_values(", variables[variable].GetProperty("definition").GetString(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_lie_side_by_side(string name)
    {
        Panel[] panels = [.. File(name).Panels];
        Assert.Equal(panels.Length, panels.DistinctBy(panel => panel.Id).Count());
        HashSet<(int, int)> taken = [];
        foreach (Panel panel in panels)
        {
            (int x, int y, int width, int height) = panel.Place;
            Assert.InRange(x + width, 1, Columns);
            Assert.True(width > 0 && height > 0);
            for (int cell = 0; cell < width * height; cell++)
            {
                Assert.True(taken.Add((x + (cell % width), y + (cell / width))), $"{panel} lies on another");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_panel_has_a_title_a_unit_and_queries_of_the_chosen_Prometheus(string name) => Assert.All(File(name).Panels, panel =>
    {
        Assert.Contains(panel.Type, PanelTypes);
        Assert.NotEmpty(panel.Title);
        if (panel.Type == "row")
        {
            return;
        }

        Assert.NotEmpty(panel.Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
        Assert.NotEmpty(panel.Targets);
        string[] references = [.. panel.Targets.Select(target => target.GetProperty("refId").GetString()!)];
        Assert.Equal(references.Length, references.Distinct().Count());
        Assert.All(panel.Targets, target =>
        {
            Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEmpty(target.GetProperty("legendFormat").GetString()!);
        });
    });

    [Fact]
    public void Metrics_are_found_in_an_expression() => Assert.Equal(
        ["up", "node:x", "a_total"],
        DashboardFile.MetricsIn("sum by (up2, b) (up{a=\"no\", b=~\"$no\"}) / on(c) group_left() max(node:x) > bool 0.7 and rate(a_total[5m]) or vector(0)"));

    private static DashboardFile File(string name) => DashboardFile.All.Single(file => file.Name == name);
}
