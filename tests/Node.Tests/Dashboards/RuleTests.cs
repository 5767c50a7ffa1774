using System.Text.RegularExpressions;
using Node.Tests.Support;

namespace Node.Tests.Dashboards;

/// <summary>tools/dashboards/rules.yml, as promtool judges it.</summary>
public sealed class RuleTests
{
    [Fact]
    public async Task Promtool_finds_nothing_wrong()
    {
        (int exitCode, string said) = await PrometheusServer.PromtoolAsync(default, "check", "rules", RuleFile.Rules);
        Assert.True(exitCode == 0, said);
        (exitCode, said) = await PrometheusServer.PromtoolAsync(default, "check", "config", Path.Combine(DashboardFile.Folder, "prometheus.yml"));
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public async Task Alerts_fire_when_they_should_and_only_then()
    {
        (int exitCode, string said) = await PrometheusServer.PromtoolAsync(default, "test", "rules", RuleFile.Tests);
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public void Every_alert_has_a_test()
    {
        string[] tested = [.. Regex.Matches(File.ReadAllText(RuleFile.Tests), "alertname=\"(\\w+)\"").Select(match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(RuleFile.Alerts);
        Assert.Equal(RuleFile.Alerts.Select(alert => alert.Name).Order(), tested.Order());
    }

    [Fact]
    public void Every_recorded_series_is_asked_for()
    {
        string[] asked =
        [
            .. RuleFile.Alerts.SelectMany(alert => DashboardFile.MetricsIn(alert.Expression)),
            .. DashboardFile.All.SelectMany(file => file.Panels).SelectMany(panel => panel.Queries("1m")).SelectMany(DashboardFile.MetricsIn),
        ];
        Assert.All(RuleFile.Recorded, recorded => Assert.Contains(recorded.Name, asked));
    }
}
