using System.Diagnostics.Metrics;
using Node.Host.Metrics;

namespace Node.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Scrape _scrape = new();

    private Meter Meter => _scrape.Meter;

    public void Dispose() => _scrape.Dispose();

    [Fact]
    public void A_counter_adds_up_and_ends_in_total()
    {
        Counter<long> counter = Meter.CreateCounter<long>("node.bytes.sent", "By", "Bytes sent.");
        counter.Add(3);
        counter.Add(4);
        Assert.Equal(
            ["# HELP node_bytes_sent_bytes_total Bytes sent.", "# TYPE node_bytes_sent_bytes_total counter", "node_bytes_sent_bytes_total 7"],
            _scrape.Lines("node_bytes_sent"));
    }

    [Fact]
    public void OpenMetrics_names_the_family_without_total_and_ends_with_EOF()
    {
        Meter.CreateCounter<long>("sent", description: "With \"quotes\".").Add(1);
        Assert.Equal(
            ["# HELP sent With \\\"quotes\\\".", "# TYPE sent counter", "sent_total 1"], _scrape.Lines("sent", ExpositionFormat.OpenMetrics));
        Assert.EndsWith("\n# EOF\n", _scrape.Text(ExpositionFormat.OpenMetrics));
        Assert.DoesNotContain("EOF", _scrape.Text());
    }

    [Fact]
    public void Tags_become_labels_sorted_and_escaped()
    {
        Counter<int> counter = Meter.CreateCounter<int>("closes", description: "Back\\slash\nand line.");
        counter.Add(1, new("room", "a\"b\\c\nd"), new("close.code", 1000), new("clean", true), new("nothing", null));
        counter.Add(1, new("clean", true), new("nothing", null), new("close.code", 1000), new("room", "a\"b\\c\nd"));
        Assert.Equal(
            [
                "# HELP closes_total Back\\\\slash\\nand line.",
                "# TYPE closes_total counter",
                "closes_total{clean=\"true\",close_code=\"1000\",nothing=\"\",room=\"a\\\"b\\\\c\\nd\"} 2",
            ],
            _scrape.Lines("closes"));
    }

    [Fact]
    public void Tags_whose_labels_would_be_equal_are_joined_and_reserved_names_moved()
    {
        Meter.CreateCounter<int>("hits").Add(1, new("a.b", 1), new("a_b", 2), new("le", 3), new("__name__", 4));
        Assert.Equal("hits_total{a_b=\"1;2\",tag_le=\"3\",tag_name_=\"4\"} 1", _scrape.Lines("hits")[2]);
    }

    [Fact]
    public void An_up_down_counter_is_a_gauge_that_adds_up_and_a_gauge_keeps_the_last()
    {
        UpDownCounter<long> open = Meter.CreateUpDownCounter<long>("open", "{connection}");
        open.Add(5);
        open.Add(-2);
        Gauge<double> load = Meter.CreateGauge<double>("load", "1");
        load.Record(0.25);
        load.Record(0.5);
        Assert.Equal(["# HELP open open", "# TYPE open gauge", "open 3"], _scrape.Lines("open"));
        Assert.Equal(["# HELP load load", "# TYPE load gauge", "load 0.5"], _scrape.Lines("load"));
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        Histogram<double> histogram = Meter.CreateHistogram("turn", "s", "Time of a turn.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2] });
        foreach (double value in (double[])[0.25, 0.5, 1.5, 3, double.NaN])
        {
            histogram.Record(value, new KeyValuePair<string, object?>("loop", 0));
        }

        Assert.Equal(
            [
                "# HELP turn_seconds Time of a turn.",
                "# TYPE turn_seconds histogram",
                "turn_seconds_bucket{loop=\"0\",le=\"0.5\"} 2",
                "turn_seconds_bucket{loop=\"0\",le=\"1\"} 2",
                "turn_seconds_bucket{loop=\"0\",le=\"2\"} 3",
                "turn_seconds_bucket{loop=\"0\",le=\"+Inf\"} 4",
                "turn_seconds_sum{loop=\"0\"} 5.25",
                "turn_seconds_count{loop=\"0\"} 4",
            ],
            _scrape.Lines("turn"));
        Assert.Contains("turn_seconds_bucket{loop=\"0\",le=\"1.0\"} 2", _scrape.Lines("turn", ExpositionFormat.OpenMetrics));
    }

    [Theory]
    [InlineData("s", "le=\"1E-05\"")]
    [InlineData("By", "le=\"1048576\"")]
    [InlineData("{message}", "le=\"1000\"")]
    public void A_histogram_without_advice_has_buckets_by_its_unit(string unit, string bucket)
    {
        Meter.CreateHistogram<long>("h", unit).Record(1);
        Assert.Contains(_scrape.Lines("h"), line => line.Contains(bucket, StringComparison.Ordinal));
    }

    [Fact]
    public void Observable_instruments_are_asked_at_each_collection_and_series_that_are_gone_go()
    {
        List<Measurement<long>> told = [new(5, new KeyValuePair<string, object?>("loop", 0)), new(6, new KeyValuePair<string, object?>("loop", 1))];
        Meter.CreateObservableCounter("turns", () => told);
        Meter.CreateObservableGauge("queue", () => 7.5);
        Assert.Equal(["turns_total{loop=\"0\"} 5", "turns_total{loop=\"1\"} 6"], _scrape.Lines("turns")[2..]);
        told.RemoveAt(0);
        Assert.Equal(["turns_total{loop=\"1\"} 6"], _scrape.Lines("turns")[2..]);
        Assert.Equal("queue 7.5", _scrape.Lines("queue")[2]);
    }

    [Fact]
    public void Every_number_type_is_taken()
    {
        Meter.CreateCounter<byte>("n.byte").Add(1);
        Meter.CreateCounter<short>("n.short").Add(2);
        Meter.CreateCounter<float>("n.float").Add(2.5f);
        Meter.CreateCounter<double>("n.double").Add(0.1);
        Meter.CreateCounter<decimal>("n.decimal").Add(4.5m);
        Counter<long> large = Meter.CreateCounter<long>("n.long");
        large.Add(1L << 53);
        large.Add(1);
        Gauge<double> gauge = Meter.CreateGauge<double>("n.gauge");
        foreach (double value in (double[])[double.PositiveInfinity, double.NegativeInfinity, double.NaN])
        {
            gauge.Record(value, new KeyValuePair<string, object?>("v", value));
        }

        string text = _scrape.Text();
        foreach (string line in (string[])["n_byte_total 1", "n_short_total 2", "n_float_total 2.5", "n_double_total 0.1", "n_decimal_total 4.5",
            "n_long_total 9007199254740993", "n_gauge{v=\"Infinity\"} +Inf", "n_gauge{v=\"-Infinity\"} -Inf", "n_gauge{v=\"NaN\"} NaN"])
        {
            Assert.Contains("\n" + line + "\n", text);
        }
    }

    [Fact]
    public void A_counter_never_falls()
    {
        Counter<double> counter = Meter.CreateCounter<double>("c");
        counter.Add(2.5);
        counter.Add(-1);
        counter.Add(double.NaN);
        Assert.Equal("c_total 2.5", _scrape.Lines("c")[2]);
    }

    [Fact]
    public void Series_beyond_the_limit_are_counted_together_and_it_is_told()
    {
        using Scrape scrape = new(maxSeries: 3);
        Counter<long> counter = scrape.Meter.CreateCounter<long>("per.user");
        for (int i = 0; i < 10; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("user", i));
        }

        counter.Add(1, new KeyValuePair<string, object?>("user", 1));
        string[] lines = scrape.Lines("per_user")[2..];
        Assert.Equal(4, lines.Length);
        Assert.Contains("per_user_total{user=\"1\"} 2", lines);
        Assert.Contains("per_user_total{otel_metric_overflow=\"true\"} 7", lines);
        Assert.Contains("exporter_folded_recordings_total{metric=\"per_user\"} 7", scrape.Lines("exporter_folded"));
        Assert.Equal(40, Assert.Single(scrape.Log.Lines).Id);
    }

    [Fact]
    public void An_instrument_that_clashes_is_refused_and_it_is_told()
    {
        Meter.CreateCounter<long>("jobs").Add(1);
        Meter.CreateHistogram<long>("jobs").Record(1);
        Assert.Equal(3, _scrape.Lines("jobs").Length);
        Assert.Equal("exporter_refused_instruments_total 1", _scrape.Lines("exporter_refused")[2]);
        Assert.Equal(41, Assert.Single(_scrape.Log.Lines).Id);
    }

    [Fact]
    public void Two_instruments_of_one_name_and_kind_share_a_family()
    {
        Meter.CreateObservableUpDownCounter("conns", () => 2);
        Meter.CreateObservableUpDownCounter("conns", () => 3);
        Assert.Equal("conns 5", Assert.Single(_scrape.Lines("conns")[2..]));
    }

    [Fact]
    public void An_observable_that_throws_costs_only_itself()
    {
        Func<int> broken = () => throw new InvalidOperationException("broken");
        Meter.CreateObservableGauge("bad", broken);
        Meter.CreateObservableGauge("good", () => 1);
        Assert.Equal("good 1", _scrape.Lines("good")[2]);
        Assert.Equal("exporter_collect_failures_total 2", _scrape.Lines("exporter_collect")[2]);
        Assert.Contains(_scrape.Log.Lines, line => line.Id == 42);
    }

    [Fact]
    public void A_meter_that_is_gone_takes_its_metrics_along()
    {
        Meter.CreateCounter<long>("short.lived").Add(1);
        Meter.Dispose();
        Assert.Empty(_scrape.Lines("short_lived"));
    }

    [Fact]
    public void Recording_into_a_known_series_allocates_nothing()
    {
        Counter<long> counter = Meter.CreateCounter<long>("hot");
        Histogram<double> histogram = Meter.CreateHistogram<double>("hot.time", "s");
        object loop = 3;
        void Record()
        {
            counter.Add(1);
            counter.Add(1, new("loop", loop), new("policy", "drop_oldest"));
            histogram.Record(0.001, new KeyValuePair<string, object?>("loop", loop));
        }

        Record();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Record();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Recordings_of_many_threads_all_count()
    {
        Counter<double> counter = Meter.CreateCounter<double>("many");
        Histogram<long> histogram = Meter.CreateHistogram<long>("sizes");
        const int Threads = 4, Recordings = 20_000, Kinds = 50;
        Parallel.For(0, Threads, _ =>
        {
            for (int i = 0; i < Recordings; i++)
            {
                counter.Add(0.5, new KeyValuePair<string, object?>("kind", i % Kinds));
                histogram.Record(i % 7);
            }
        });
        string[] lines = _scrape.Lines("many")[2..];
        Assert.Equal(Kinds, lines.Length);
        Assert.All(lines, line => Assert.EndsWith(" " + (Threads * Recordings / Kinds / 2), line));
        Assert.Contains("sizes_count " + (Threads * Recordings), _scrape.Lines("sizes"));
    }
}
