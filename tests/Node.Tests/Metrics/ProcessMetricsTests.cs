using System.Diagnostics.Metrics;
using System.Globalization;
using Node.Host.Metrics;

namespace Node.Tests.Metrics;

public sealed class ProcessMetricsTests
{
    [Fact]
    public void Descriptors_are_told_and_counted_alike()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        List<FileStream> files = [.. Enumerable.Range(0, 500).Select(_ => File.OpenRead("/dev/null"))];

        // Other tests run beside this one and open files too: near, not equal.
        Assert.InRange(ProcessMetrics.OpenDescriptors() - ProcessMetrics.CountDescriptors(), -400, 400);
        Assert.True(ProcessMetrics.OpenDescriptors() >= 500);
        files.ForEach(file => file.Dispose());
        Assert.True(ProcessMetrics.DescriptorLimit() >= ProcessMetrics.OpenDescriptors());
    }

    [Fact]
    public void The_meter_tells_descriptors_threads_and_start()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        Dictionary<string, double> told = [];
        using ProcessMetrics metrics = new();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "process")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => told[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => told[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(["process.max_fds", "process.open_fds", "process.start_time", "process.threads"], told.Keys.Order());
        Assert.All(told, entry => Assert.True(entry.Value > 0, entry.Key.ToString(CultureInfo.InvariantCulture)));
        Assert.InRange(told["process.start_time"], 1.7e9, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
    }
}
