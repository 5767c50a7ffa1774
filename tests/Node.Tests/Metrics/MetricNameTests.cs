using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Node.Host.Metrics;

namespace Node.Tests.Metrics;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("node.connections", "{connection}", "Sum", "node_connections")]
    [InlineData("turn.duration", "s", "Histogram", "turn_duration_seconds")]
    [InlineData("turn_seconds", "s", "Histogram", "turn_seconds")]
    [InlineData("sent", "By", "Counter", "sent_bytes")]
    [InlineData("sent.total", "By", "Counter", "sent_bytes")]
    [InlineData("rate", "By/s", "Gauge", "rate_bytes_per_second")]
    [InlineData("rate", "{message}/s", "Gauge", "rate_per_second")]
    [InlineData("fill", "1", "Gauge", "fill")]
    [InlineData("fill", "%", "Gauge", "fill_percent")]
    [InlineData("odd", "parsec", "Gauge", "odd_parsec")]
    [InlineData("pool.thread.count", "{thread}", "Sum", "pool_thread")]
    [InlineData("work.count", null, "Counter", "work_count")]
    [InlineData("9 lives--of: cats", null, "Gauge", "_9_lives_of:_cats")]
    [InlineData("größe", null, "Gauge", "gr_e")]
    [InlineData("", null, "Gauge", "_")]
    public void A_name_is_what_Prometheus_wants(string name, string? unit, string kind, string expected) =>
        Assert.Equal(expected, MetricName.Of(name, unit, Enum.Parse<MetricKind>(kind)));

    [Fact]
    public void Any_text_becomes_a_valid_name_and_label() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (name, unit) =>
            Regex.IsMatch(MetricName.Of(name.Get, unit.Get, MetricKind.Gauge), "^[a-zA-Z_:][a-zA-Z0-9_:]*$")
            && Regex.IsMatch(MetricName.Label(name.Get), "^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$")).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null, "Prometheus")]
    [InlineData("*/*", "Prometheus")]
    [InlineData("text/html, nonsense;;;", "Prometheus")]
    [InlineData("application/openmetrics-text", "OpenMetrics")]
    [InlineData("application/openmetrics-text;q=0", "Prometheus")]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", "OpenMetrics")]
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.3", "Prometheus")]
    public void The_format_follows_the_Accept_header(string? accept, string expected) =>
        Assert.Equal(Enum.Parse<ExpositionFormat>(expected), ExpositionFormats.Choose(accept));
}
