using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Reports;

/// <summary>Bars from zero, one below the other, with the colours of a <see cref="Page"/>. Boxes, not a drawing: text keeps its size on a phone.</summary>
internal static class BarPlot
{
    /// <param name="bars">From top to bottom.</param>
    /// <param name="goal">Marked across all of them.</param>
    public static string Draw(IReadOnlyCollection<Bar> bars, double? goal)
    {
        double most = Math.Max(goal ?? 0, bars.Select(bar => bar.Value).DefaultIfEmpty().Max());
        var html = new StringBuilder("<div class=\"bars\">");
        foreach (Bar bar in bars)
        {
            Write(html, $"<div><span>{WebUtility.HtmlEncode(bar.Title)}</span>");
            Write(html, $"<div class=\"plot\"><i class=\"{bar.Kind}\" style=\"width:{Share(bar.Value, most):F2}%\"></i>");
            if (goal is { } at)
            {
                Write(html, $"<u style=\"left:{Share(at, most):F2}%\"></u>");
            }

            Write(html, $"</div><b>{WebUtility.HtmlEncode(bar.Label)}</b></div>");
        }

        return html.Append("</div>").ToString();
    }

    private static double Share(double value, double most) => most > 0 ? 100 * value / most : 0;

    private static void Write(StringBuilder target, FormattableString text) => target.Append(text.ToString(CultureInfo.InvariantCulture));
}
