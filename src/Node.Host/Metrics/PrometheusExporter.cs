using System.Buffers;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Node.Host.Logging;

namespace Node.Host.Metrics;

/// <summary>
/// Listens to the process's <see cref="Meter"/>s and writes them for Prometheus. Any thread. It takes the place of prometheus-net's
/// <c>MeterAdapter</c>: instruments know nothing of it, so that package can replace this folder.
/// </summary>
/// <remarks>
/// Its own counters tell what it did not export as asked: <c>exporter_folded_recordings_total{metric}</c>,
/// <c>exporter_refused_instruments_total</c>, <c>exporter_collect_failures_total</c>.
/// </remarks>
public sealed class PrometheusExporter : IDisposable
{
    private readonly ILogger _log;
    private readonly int _maxSeries;
    private readonly MeterListener _listener = new();
    private readonly Lock _publishing = new();
    private readonly Lock _collecting = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MetricFamily _folded;
    private readonly MetricFamily _refused;
    private readonly MetricFamily _failures;

    /// <param name="log">Takes the events 40 to 42 of <see cref="HostLog"/>.</param>
    /// <param name="include">Which instruments; all when null.</param>
    /// <param name="maxSeries">Label sets per metric, before further ones are counted together.</param>
    public PrometheusExporter(ILogger log, Func<Instrument, bool>? include = null, int maxSeries = 1000)
    {
        (_log, _maxSeries) = (log, maxSeries);
        _folded = AddOwn("exporter_folded_recordings", "Recordings counted in an overflow series because their metric has too many label sets.");
        _refused = AddOwn("exporter_refused_instruments", "Instruments that are not exported; the log names them.");
        _failures = AddOwn("exporter_collect_failures", "Collections in which an observable instrument threw.");
        _refused.Record(0L, []);
        _failures.Record(0L, []);

        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if ((include is null || include(instrument)) && FamilyOf(instrument) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.MeasurementsCompleted = (_, state) => Leave((MetricFamily)state!);
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Family(state).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Family(state).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Family(state).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Family(state).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Family(state).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Family(state).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Family(state).Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>Collects observable instruments, on this thread, and writes everything. One collection at a time; others wait.</summary>
    public void Write(IBufferWriter<byte> output, ExpositionFormat format)
    {
        lock (_collecting)
        {
            Collect();
            MetricFamily[] families;
            lock (_publishing)
            {
                families = [.. _families.Values];
            }

            ExpositionWriter writer = new(output, format);
            foreach (MetricFamily family in families)
            {
                writer.Family(family);
            }

            writer.End();
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private static MetricFamily Family(object? state) => Unsafe.As<MetricFamily>(state!);

    private void Collect()
    {
        lock (_publishing)
        {
            foreach (MetricFamily family in _families.Values.Where(family => family.Observable))
            {
                family.Clear();
            }
        }

        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (Exception error)
        {
            // Thrown after all have been asked: the others' values are there.
            _failures.Record(1L, []);
            _log.CollectFailed(error);
        }
    }

    /// <summary>The family that the instrument records to; null when it is refused.</summary>
    private MetricFamily? FamilyOf(Instrument instrument)
    {
        if (MetricKinds.Of(instrument) is not { } kind)
        {
            return Refuse(instrument, "its type is unknown");
        }

        string name = MetricName.Of(instrument.Name, instrument.Unit, kind);
        lock (_publishing)
        {
            if (!_families.TryGetValue(name, out MetricFamily? family))
            {
                string help = string.IsNullOrEmpty(instrument.Description) ? instrument.Name : instrument.Description;
                double[] bounds = kind == MetricKind.Histogram ? HistogramBounds.Of(instrument) : [];
                family = Create(name, kind, help, bounds, instrument.IsObservable);
                _families.Add(name, family);
            }
            else if (family.Kind != kind || family.Observable != instrument.IsObservable)
            {
                return Refuse(instrument, $"{name} is already a {family.Kind} of another instrument");
            }

            family.Instruments++;
            return family;
        }
    }

    private MetricFamily? Refuse(Instrument instrument, string reason)
    {
        _refused.Record(1L, []);
        _log.InstrumentRefused($"{instrument.Meter.Name}/{instrument.Name}", reason);
        return null;
    }

    private void Leave(MetricFamily family)
    {
        lock (_publishing)
        {
            if (--family.Instruments == 0)
            {
                _families.Remove(family.Name);
            }
        }
    }

    private MetricFamily Create(string name, MetricKind kind, string help, double[] bounds, bool observable)
    {
        KeyValuePair<string, object?>[] label = [new("metric", name)];
        int told = 0;
        return new MetricFamily(name, kind, help, bounds, observable, _maxSeries, () =>
        {
            _folded.Record(1L, label);
            if (Interlocked.Exchange(ref told, 1) == 0)
            {
                _log.SeriesOverflow(name, _maxSeries);
            }
        });
    }

    private MetricFamily AddOwn(string name, string help)
    {
        MetricFamily family = new(name, MetricKind.Counter, help, [], observable: false, int.MaxValue / 4, () => { }) { Instruments = 1 };
        _families.Add(name, family);
        return family;
    }
}
