using System.Text;

namespace Node.Host.Metrics;

/// <summary>Names as Prometheus wants them, from names as OpenTelemetry writes them.</summary>
internal static class MetricName
{
    // UCUM units as instruments carry them, in the words that Prometheus recommends. Others are appended as they are.
    private static readonly Dictionary<string, string> UnitWords = new()
    {
        ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds", ["min"] = "minutes", ["h"] = "hours",
        ["d"] = "days", ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes", ["%"] = "percent",
        ["1"] = "", ["Cel"] = "celsius", ["Hz"] = "hertz",
    };

    /// <summary>
    /// The family's name: letters, digits, <c>_</c> and <c>:</c>, with the unit at its end, and without <c>_total</c>, which the
    /// exposition adds to counters. <c>_count</c> at the end belongs to histograms alone, and is taken off others.
    /// </summary>
    public static string Of(string name, string? unit, MetricKind kind)
    {
        string family = Sanitize(name, colons: true);
        family = WithoutSuffix(family, "_total");
        if (kind is MetricKind.Gauge or MetricKind.Sum)
        {
            family = WithoutSuffix(family, "_count");
        }

        string words = UnitOf(unit);
        return words.Length == 0 || family.EndsWith("_" + words, StringComparison.Ordinal) || family == words ? family : $"{family}_{words}";
    }

    /// <summary>
    /// A label's name: letters, digits and <c>_</c>. <c>le</c>, which histograms need themselves, and names that begin with
    /// <c>__</c>, which Prometheus keeps for itself, get a prefix.
    /// </summary>
    public static string Label(string name)
    {
        string label = Sanitize(name, colons: false);
        return label == "le" || name.StartsWith("__", StringComparison.Ordinal) ? "tag_" + label.TrimStart('_') : label;
    }

    private static string UnitOf(string? unit)
    {
        int slash = unit?.LastIndexOf('/') ?? -1;
        if (slash > unit?.LastIndexOf('}'))
        {
            return $"{UnitOf(unit[..slash])}_per_{Singular(UnitOf(unit[(slash + 1)..]))}".Trim('_');
        }

        // {connection} and the like are annotations, not units.
        if (string.IsNullOrEmpty(unit) || unit.StartsWith('{'))
        {
            return "";
        }

        return UnitWords.TryGetValue(unit, out string? words) ? words : Sanitize(unit, colons: false).Trim('_');
    }

    private static string Singular(string unit) => unit.EndsWith('s') ? unit[..^1] : unit;

    private static string WithoutSuffix(string name, string suffix) =>
        name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;

    private static string Sanitize(string name, bool colons)
    {
        StringBuilder clean = new(name.Length + 1);
        foreach (char c in name)
        {
            bool fits = char.IsAsciiLetterOrDigit(c) || (colons && c == ':');
            if (fits)
            {
                clean.Append(c);
            }
            else if (clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append('_');
            }
        }

        if (clean.Length == 0 || char.IsAsciiDigit(clean[0]))
        {
            clean.Insert(0, '_');
        }

        return clean.ToString();
    }
}
