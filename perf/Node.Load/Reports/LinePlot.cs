using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Reports;

/// <summary>Lines over one axis as SVG, from zero, with the colours of a <see cref="Page"/>.</summary>
internal static class LinePlot
{
    private const int Width = 900;
    private const int Height = 250;
    private const int Left = 70;
    private const int Right = 20;
    private const int Bottom = 40;
    private const int Top = 10;
    private const int Steps = 4;
    private const int Colors = 6;

    public static string Draw(string xTitle, string yTitle, params (string Title, IEnumerable<(double X, double Y)> Points)[] lines)
    {
        (double X, double Y)[][] points = [.. lines.Select(line => line.Points.ToArray())];
        (double X, double Y)[] all = [.. points.SelectMany(line => line)];
        if (all.Length == 0)
        {
            return "<p>nothing was measured</p>";
        }

        (double mostX, double stepX) = Axis(all.Max(point => point.X), isWhole: false);
        (double mostY, double stepY) = Axis(all.Max(point => point.Y), isWhole: true);
        double X(double value) => Left + (value / mostX * (Width - Left - Right));
        double Y(double value) => Height - Bottom - (value / mostY * (Height - Bottom - Top));
        var svg = new StringBuilder("<p class=\"legend\">");
        for (int i = 0; i < lines.Length; i++)
        {
            Write(svg, $"<span><i style=\"background:var(--p{i % Colors})\"></i>{WebUtility.HtmlEncode(yTitle.Length == 0 ? lines[i].Title : $"{lines[i].Title}, {yTitle}")}</span> ");
        }

        Write(svg, $"</p><div class=\"wide\"><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        for (double y = 0; y <= mostY * 1.001; y += stepY)
        {
            Write(svg, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):F1}\" y2=\"{Y(y):F1}\" stroke=\"var(--line)\"/>");
            Write(svg, $"<text x=\"{Left - 8}\" y=\"{Y(y) + 4:F1}\" text-anchor=\"end\">{RunReport.Number(y)}</text>");
        }

        for (double x = 0; x <= mostX * 1.001; x += stepX)
        {
            // A mark at the end of the axis would be cut off there.
            string anchor = X(x) > Width - (2 * Right) ? "end" : "middle";
            Write(svg, $"<text x=\"{(anchor == "end" ? Width : X(x)):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"{anchor}\">{RunReport.Number(x)}</text>");
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string path = string.Join(' ', points[i].Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
            Write(svg, $"<polyline points=\"{path}\" fill=\"none\" stroke-width=\"1.5\" stroke=\"var(--p{i % Colors})\"/>");
        }

        Write(svg, $"<text x=\"{Width - Right}\" y=\"{Height - 6}\" text-anchor=\"end\">{WebUtility.HtmlEncode(xTitle)}</text></svg></div>");
        return svg.ToString();
    }

    /// <summary>Where an axis ends, and the distance of its marks: 1, 2 or 5 times a power of ten.</summary>
    private static (double Most, double Step) Axis(double most, bool isWhole)
    {
        double rough = Math.Max(most, 1e-9) / Steps;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch
        {
            <= 1 => 1,
            <= 2 => 2,
            <= 5 => 5,
            _ => 10,
        };
        return (isWhole ? step * Math.Ceiling((most / step) - 1e-9) : Math.Max(most, 1e-9), step);
    }

    private static void Write(StringBuilder target, FormattableString text) => target.Append(text.ToString(CultureInfo.InvariantCulture));
}
