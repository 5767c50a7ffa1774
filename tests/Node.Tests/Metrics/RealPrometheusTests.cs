using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Host.Metrics;
using Node.Tests.Support;

namespace Node.Tests.Metrics;

/// <summary>Prometheus's own tools judge the output. Skipped where the Debian package prometheus is not installed.</summary>
public sealed class RealPrometheusTests : IDisposable
{
    private readonly Meter _meter = new("real");
    private readonly ProcessMetrics _process = new();
    private readonly PrometheusExporter _exporter;

    public RealPrometheusTests()
    {
        _exporter = new PrometheusExporter(NullLogger.Instance, instrument => instrument.Meter == _meter || instrument.Meter.Name is "process" or "System.Runtime");
        _meter.CreateCounter<long>("node.messages", "{message}", "Messages in and out.").Add(42, new KeyValuePair<string, object?>("direction", "in \"quoted\" \\ \n"));
        _meter.CreateUpDownCounter<long>("node.connections", "{connection}", "Open connections.").Add(7);
        _meter.CreateHistogram<double>("node.turn.duration", "s", "Time of one turn of a loop.").Record(0.0042, new KeyValuePair<string, object?>("loop", 1));
        _meter.CreateObservableGauge("node.queue", () => 4096L, "By", "Bytes that wait for slow clients.");
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _process.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Promtool_has_no_complaint_about_ours_the_process_and_the_runtime()
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        _exporter.Write(buffer, ExpositionFormat.Prometheus);
        Assert.Equal((0, ""), await PrometheusServer.PromtoolAsync(buffer.WrittenMemory, "check", "metrics"));
    }

    [Fact]
    public async Task Prometheus_scrapes_it_and_answers_the_value()
    {
        await using MetricsEndpoint endpoint = await MetricsEndpoint.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), _exporter, NullLoggerFactory.Instance);
        await using PrometheusServer prometheus = PrometheusServer.Start($$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms }
            scrape_configs:
              - job_name: node
                static_configs: [{ targets: ["{{endpoint.Address.Authority}}"] }]
            """);
        await PrometheusServer.UntilAsync(async () => (await prometheus.ValuesAsync("node_messages_total")).Length > 0 ? null : "nothing is scraped");
        Assert.Equal(42, Assert.Single(await prometheus.ValuesAsync("node_messages_total")));
        Assert.Equal(1, Assert.Single(await prometheus.ValuesAsync("up")));
        Assert.Equal(0.0042, Assert.Single(await prometheus.ValuesAsync("node_turn_duration_seconds_sum")));
        Assert.Equal(1, Assert.Single(await prometheus.ValuesAsync("node_turn_duration_seconds_bucket{le=\"0.005\"}")));
        Assert.Equal(4096, Assert.Single(await prometheus.ValuesAsync("node_queue_bytes")));
    }
}
