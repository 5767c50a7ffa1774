using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Node.Host.Metrics;
using Node.Tests.Settings;

namespace Node.Tests.Metrics;

/// <summary>A meter of one test and an exporter that listens to nothing else.</summary>
internal sealed class Scrape : IDisposable
{
    public Scrape(int maxSeries = 1000)
    {
        Meter = new Meter($"test-{Guid.NewGuid()}");
        Exporter = new PrometheusExporter(Log, instrument => instrument.Meter == Meter, maxSeries);
    }

    public Meter Meter { get; }

    public RecordingLog Log { get; } = new();

    public PrometheusExporter Exporter { get; }

    public string Text(ExpositionFormat format = ExpositionFormat.Prometheus)
    {
        ArrayBufferWriter<byte> buffer = new();
        Exporter.Write(buffer, format);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The lines of one family, comments included.</summary>
    public string[] Lines(string family, ExpositionFormat format = ExpositionFormat.Prometheus) =>
        [.. Text(format).Split('\n').Where(line => line.StartsWith("# HELP " + family, StringComparison.Ordinal)
            || line.StartsWith("# TYPE " + family, StringComparison.Ordinal) || line.StartsWith(family, StringComparison.Ordinal))];

    public void Dispose()
    {
        Exporter.Dispose();
        Meter.Dispose();
    }
}
