using System.Net.Http.Headers;

namespace Node.Host.Metrics;

/// <summary>The two text formats that Prometheus reads.</summary>
public enum ExpositionFormat
{
    /// <summary>Version 0.0.4, which everything reads.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Content negotiation between them.</summary>
internal static class ExpositionFormats
{
    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>OpenMetrics where the Accept header rates it above 0 and not below plain text.</summary>
    public static ExpositionFormat Choose(string? accept)
    {
        (double open, double plain) = (0, 0);
        foreach (string part in (accept ?? "").Split(','))
        {
            if (!MediaTypeWithQualityHeaderValue.TryParse(part, out var range))
            {
                continue;
            }

            double quality = range.Quality ?? 1;
            if (range.MediaType == OpenMetricsType)
            {
                open = Math.Max(open, quality);
            }
            else if (range.MediaType is "text/plain")
            {
                plain = Math.Max(plain, quality);
            }
        }

        return open > 0 && open >= plain ? ExpositionFormat.OpenMetrics : ExpositionFormat.Prometheus;
    }

    public static string ContentType(this ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? OpenMetricsType + "; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";
}
