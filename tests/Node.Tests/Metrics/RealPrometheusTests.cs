using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Host.Metrics;
using Node.Tests.Settings;

namespace Node.Tests.Metrics;

/// <summary>Prometheus's own tools judge the output. Skipped where the Debian package prometheus is not installed.</summary>
public sealed class RealPrometheusTests : IDisposable
{
    private const string Promtool = "/usr/bin/promtool";
    private const string Prometheus = "/usr/bin/prometheus";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
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
        _folder.Dispose();
    }

    [Fact]
    public async Task Promtool_has_no_complaint_about_ours_the_process_and_the_runtime()
    {
        Assert.SkipUnless(File.Exists(Promtool), "promtool is not installed");
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        _exporter.Write(buffer, ExpositionFormat.Prometheus);
        using Process promtool = Start(Promtool, "check", "metrics");
        await promtool.StandardInput.BaseStream.WriteAsync(buffer.WrittenMemory);
        promtool.StandardInput.Close();
        string said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal("", said);
        Assert.Equal(0, promtool.ExitCode);
    }

    [Fact]
    public async Task Prometheus_scrapes_it_and_answers_the_value()
    {
        Assert.SkipUnless(File.Exists(Prometheus), "prometheus is not installed");
        await using MetricsEndpoint endpoint = await MetricsEndpoint.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), _exporter, NullLoggerFactory.Instance);
        _folder.Write("prometheus.yml", $$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms }
            scrape_configs:
              - job_name: node
                static_configs: [{ targets: ["{{endpoint.Address.Authority}}"] }]
            """);
        int port = FreePort();
        using Process prometheus = Start(Prometheus, "--config.file=" + _folder.At("prometheus.yml"), "--storage.tsdb.path=" + _folder.At("data"),
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=error");
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            Assert.Equal("42", await Query(client, "node_messages_total"));
            Assert.Equal("1", await Query(client, "up"));
            Assert.Equal("0.0042", await Query(client, "node_turn_duration_seconds_sum"));
            Assert.Equal("1", await Query(client, "node_turn_duration_seconds_bucket{le=\"0.005\"}"));
            Assert.Equal("4096", await Query(client, "node_queue_bytes"));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    /// <summary>The first value of a query, as soon as there is one.</summary>
    private static async Task<string?> Query(HttpClient client, string query)
    {
        using CancellationTokenSource deadline = new(Patience);
        while (true)
        {
            try
            {
                string answer = await client.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query), deadline.Token);
                using JsonDocument json = JsonDocument.Parse(answer);
                JsonElement result = json.RootElement.GetProperty("data").GetProperty("result");
                if (result.GetArrayLength() > 0)
                {
                    return result[0].GetProperty("value")[1].GetString();
                }
            }
            catch (HttpRequestException)
            {
                // It is still starting.
            }

            await Task.Delay(50, deadline.Token);
        }
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = program == Promtool,
        RedirectStandardOutput = program == Promtool,
        RedirectStandardError = program == Promtool,
    })!;

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
