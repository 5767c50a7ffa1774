using System.Globalization;
using System.Text;

namespace Node.Host.Metrics;

/// <summary>Writes tags as the exposition's labels.</summary>
internal static class LabelText
{
    /// <summary>
    /// <c>code="1000",room="a \"b\""</c>: sorted by name, so that the order in which a caller names its tags makes no second
    /// series. Tags whose names become equal are joined by <c>;</c>, as OpenTelemetry rules.
    /// </summary>
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach ((string key, object? value) in tags)
        {
            string name = MetricName.Label(key);
            string text = TextOf(value);
            labels[name] = labels.TryGetValue(name, out string? other) ? $"{other};{text}" : text;
        }

        StringBuilder rendered = new();
        foreach ((string name, string value) in labels)
        {
            rendered.Append(rendered.Length > 0 ? "," : "").Append(name).Append("=\"").Append(Escape(value, quotes: true)).Append('"');
        }

        return rendered.ToString();
    }

    /// <summary>Backslashes and line feeds, in label values also quotes, would break the line.</summary>
    public static string Escape(string text, bool quotes)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
