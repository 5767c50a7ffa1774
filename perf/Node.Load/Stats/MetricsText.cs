using System.Globalization;

namespace Node.Load.Stats;

/// <summary>What a server tells Prometheus, read: only as much of the format as is needed to look values up.</summary>
internal sealed class MetricsText
{
    private readonly List<(string Name, string Labels, double Value)> _series = [];

    /// <param name="text">The exposition format 0.0.4; lines that cannot be read are left out.</param>
    public MetricsText(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            int space = line.LastIndexOf(' ');
            if (line.StartsWith('#') || space < 0 || !double.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out double value))
            {
                continue;
            }

            int labels = line.IndexOf('{', StringComparison.Ordinal);
            _series.Add((line[..(labels < 0 ? space : labels)], labels < 0 ? "" : line[labels..space], value));
        }
    }

    /// <summary>Whether there is such a metric.</summary>
    public bool Has(string name) => _series.Exists(series => series.Name == name);

    /// <summary>The sum of a metric's series whose labels hold a text; 0 when there are none.</summary>
    public double Sum(string name, string label = "") => _series
        .Where(series => series.Name == name && series.Labels.Contains(label, StringComparison.Ordinal))
        .Sum(series => series.Value);
}
