using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Million;

/// <summary>Lines over one axis as SVG, from zero.</summary>
internal static class LinePlot
{
    private const int Width = 900;
    private const int Height = 260;
    private const int Left = 80;
    private const int Bottom = 40;
    private const int Top = 30;
    private const int Steps = 4;

    private static readonly string[] s_colors = ["#1f6feb", "#b02a1c", "#17713a", "#8a5a00"];

    public static string Draw(string xTitle, string yTitle, params (string Title, IEnumerable<(double X, double Y)> Points)[] lines)
    {
        (double X, double Y)[][] points = [.. lines.Select(line => line.Points.ToArray())];
        (double X, double Y)[] all = [.. points.SelectMany(line => line)];
        if (all.Length == 0)
        {
            return "<p>nothing was measured</p>";
        }

        double mostX = Math.Max(all.Max(point => point.X), 1e-9);
        double mostY = Math.Max(all.Max(point => point.Y), 1e-9);
        double X(double value) => Left + (value / mostX * (Width - Left - 20));
        double Y(double value) => Height - Bottom - (value / mostY * (Height - Bottom - Top));
        var svg = new StringBuilder();
        Write(svg, $"<svg viewBox=\"0 0 {Width} {Height}\" width=\"100%\" role=\"img\">");
        for (int i = 0; i <= Steps; i++)
        {
            double y = mostY * i / Steps;
            double x = mostX * i / Steps;
            Write(svg, $"<line x1=\"{Left}\" x2=\"{Width - 20}\" y1=\"{Y(y):F1}\" y2=\"{Y(y):F1}\" stroke=\"#dde3ea\"/>");
            Write(svg, $"<text x=\"{Left - 8}\" y=\"{Y(y) + 4:F1}\" text-anchor=\"end\">{MillionReport.Number(y)}</text>");
            Write(svg, $"<text x=\"{X(x):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{MillionReport.Number(x)}</text>");
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string path = string.Join(' ', points[i].Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
            Write(svg, $"<polyline points=\"{path}\" fill=\"none\" stroke-width=\"2\" stroke=\"{s_colors[i % s_colors.Length]}\"/>");
            Write(svg, $"<rect x=\"{Left + (i * 260)}\" y=\"6\" width=\"12\" height=\"12\" fill=\"{s_colors[i % s_colors.Length]}\"/>");
            Write(svg, $"<text x=\"{Left + 18 + (i * 260)}\" y=\"16\">{WebUtility.HtmlEncode(lines[i].Title)}, {yTitle}</text>");
        }

        Write(svg, $"<text x=\"{Width - 20}\" y=\"{Height - 6}\" text-anchor=\"end\">{WebUtility.HtmlEncode(xTitle)}</text></svg>");
        return svg.ToString();
    }

    private static void Write(StringBuilder target, FormattableString text) => target.Append(text.ToString(CultureInfo.InvariantCulture));
}
