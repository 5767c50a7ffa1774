using System.Buffers;
using System.Globalization;
using System.Text;

namespace Node.Host.Metrics;

/// <summary>Writes families as lines of text.</summary>
internal readonly struct ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    private const int LongestNumber = 32;

    private bool Open => format == ExpositionFormat.OpenMetrics;

    /// <summary>HELP, TYPE, and a line for each series; nothing for a family without any.</summary>
    public void Family(MetricFamily family)
    {
        Series[] all = family.Snapshot();
        if (all.Length == 0)
        {
            return;
        }

        // OpenMetrics names a counter's family without _total, the older format with it.
        string sample = family.Kind == MetricKind.Counter ? family.Name + "_total" : family.Name;
        string named = Open ? family.Name : sample;
        Text($"# HELP {named} {LabelText.Escape(family.Help, quotes: Open)}\n# TYPE {named} {family.Kind.TypeWord()}\n");
        foreach (Series series in all)
        {
            if (series is HistogramSeries histogram)
            {
                Histogram(family, histogram);
            }
            else
            {
                Number(sample, (NumberSeries)series);
            }
        }
    }

    /// <summary>The end of the exposition.</summary>
    public void End()
    {
        if (Open)
        {
            Bytes("# EOF\n"u8);
        }
    }

    private void Number(string name, NumberSeries series)
    {
        Head(name, "", series.Labels, null);
        double fraction = series.Fraction;
        if (fraction == 0)
        {
            Value(series.Whole);
        }
        else
        {
            Value(series.Whole + fraction);
        }
    }

    private void Histogram(MetricFamily family, HistogramSeries series)
    {
        long count = 0;
        for (int i = 0; i <= family.Bounds.Length; i++)
        {
            count += series.Bucket(i);
            Head(family.Name, "_bucket", series.Labels, i < family.Bounds.Length ? family.Bounds[i] : double.PositiveInfinity);
            Value(count);
        }

        Head(family.Name, "_sum", series.Labels, null);
        Value(series.Sum);
        Head(family.Name, "_count", series.Labels, null);
        Value(count);
    }

    private void Head(string name, string suffix, byte[] labels, double? bound)
    {
        Text(name);
        Text(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            Bytes("{"u8);
            Bytes(labels);
            if (bound is { } le)
            {
                Text(labels.Length > 0 ? ",le=\"" : "le=\"");
                Text(Bound(le));
                Bytes("\""u8);
            }

            Bytes("}"u8);
        }

        Bytes(" "u8);
    }

    private void Value(long value)
    {
        value.TryFormat(output.GetSpan(LongestNumber), out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
        Bytes("\n"u8);
    }

    private void Value(double value)
    {
        Text(Float(value));
        Bytes("\n"u8);
    }

    // OpenMetrics wants a float here: 1.0, not 1.
    private string Bound(double bound)
    {
        string text = Float(bound);
        return Open && text.All(char.IsAsciiDigit) ? text + ".0" : text;
    }

    private static string Float(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture);

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);

    private void Bytes(ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
