using System.Globalization;
using System.Net;
using System.Text;

namespace Node.Load.Reports;

/// <summary>A page that needs nothing else, light or dark as the reader has it, as wide as a desk or a phone. One thread only.</summary>
internal sealed class Page
{
    private const string Style =
        """
        :root{color-scheme:light dark;--text:#1d2530;--soft:#5a6675;--line:#dde3ea;--back:#fff;--good:#17713a;--bad:#b02a1c;
        --p0:#1f6feb;--p1:#b02a1c;--p2:#17713a;--p3:#8a5a00;--p4:#7a3fb0;--p5:#0f7c86}
        @media (prefers-color-scheme:dark){:root{--text:#dfe5ec;--soft:#97a3b1;--line:#303a46;--back:#12161c;--good:#5cc98a;--bad:#ff8b7a;
        --p0:#6aa8ff;--p1:#ff8b7a;--p2:#5cc98a;--p3:#e0b057;--p4:#c39bf0;--p5:#5fd0da}}
        body{font:15px/1.45 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:960px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2.2rem 0 .3rem}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0;width:100%}
        td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left}
        td.number,th{white-space:nowrap}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
        p{color:var(--soft);margin:.2rem 0}.met{color:var(--good)}.missed{color:var(--bad)}
        .legend span{margin-right:1.2rem;white-space:nowrap}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
        @media(max-width:40rem){body{padding:0 .6rem}table{font-size:.75rem}td,th{padding:.2rem .3rem}td.number,th.number{white-space:normal}}
        .bars>div{display:grid;grid-template:"title plot label"/minmax(8rem,17rem) 1fr 11rem;gap:0 .8rem;align-items:center;font-size:.85rem;margin:.3rem 0}
        .bars span{grid-area:title}.bars b{grid-area:label;font-weight:normal;text-align:right;font-variant-numeric:tabular-nums}
        .bars .plot{grid-area:plot;position:relative;height:1.1rem}.bars i{display:block;height:100%;min-width:1px;background:var(--line)}
        .bars i.own{background:var(--p0)}.bars i.base{background:var(--soft)}.bars u{position:absolute;top:-.2rem;bottom:-.2rem;border-left:2px dashed var(--bad)}
        @media(max-width:40rem){.bars>div{grid-template:"title label" "plot plot"/1fr auto;margin:.5rem 0}}
        svg{display:block;width:100%;min-width:34rem}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
        """;

    private readonly StringBuilder _text = new();

    public Page(string title)
    {
        Write($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Escape(title)}</title>");
        Write($"<style>{Style}</style></head><body><h1>{Escape(title)}</h1>");
    }

    /// <param name="text">As it is, not as markup.</param>
    /// <param name="kind">A class of the style; empty: a plain paragraph.</param>
    public void Paragraph(string text, string kind = "") => Write($"<p class=\"{kind}\">{Escape(text)}</p>");

    public void Heading(string text) => Write($"<h2>{Escape(text)}</h2>");

    /// <param name="bars">From top to bottom.</param>
    /// <param name="goal">Marked across all of them.</param>
    public void Bars(IReadOnlyCollection<Bar> bars, double? goal) => _text.Append(BarPlot.Draw(bars, goal));

    /// <summary>Lines over one axis, with their heading.</summary>
    public void Plot(string heading, string xTitle, string yTitle, params (string Title, IEnumerable<(double X, double Y)> Points)[] lines)
    {
        Heading(heading);
        _text.Append(LinePlot.Draw(xTitle, yTitle, lines));
    }

    /// <param name="columns">A name that begins with '#' is that of a column of numbers.</param>
    /// <param name="rows">As many cells as there are columns.</param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        _text.Append("<div class=\"wide\"><table><tr>");
        foreach (string column in columns)
        {
            Write($"<th{Kind(column)}>{Escape(column.TrimStart('#'))}</th>");
        }

        _text.Append("</tr>");
        foreach (IReadOnlyList<string> row in rows)
        {
            _text.Append("<tr>");
            for (int i = 0; i < columns.Count; i++)
            {
                Write($"<td{Kind(columns[i])}>{Escape(row[i])}</td>");
            }

            _text.Append("</tr>");
        }

        _text.Append("</table></div>");
    }

    /// <summary>What a run has found out, with what was asked for.</summary>
    public void Figures(RunReport report)
    {
        int missed = report.Figures.Count(figure => !figure.IsMet);
        Paragraph(
            (report.Holds ? "All that has to hold, holds" : "Not all that has to hold, holds") + (missed > 0 ? $"; figures that miss their goal: {missed}." : "."),
            report.Holds ? "met" : "missed");
        if (report.Problem is { } problem)
        {
            Paragraph($"Stopped: {problem}", "missed");
        }

        _text.Append("<div class=\"wide\"><table><tr><th>phase</th><th>what</th><th class=\"number\">value</th><th>goal</th></tr>");
        foreach (Figure figure in report.Figures)
        {
            Write($"<tr><td>{Escape(figure.Phase)}</td><td>{Escape(figure.Name)}</td><td class=\"number\">{RunReport.Number(figure.Value)} {Escape(figure.Unit)}</td>");
            Write($"<td class=\"{(figure.IsMet ? "met" : "missed")}\">{Escape(figure.Goal)}{(figure.IsMet ? "" : ", missed")}</td></tr>");
        }

        _text.Append("</table></div>");
    }

    /// <summary>The whole page; nothing may be added after it.</summary>
    public string End() => _text.Append("</body></html>\n").ToString();

    private static string Kind(string column) => column.StartsWith('#') ? " class=\"number\"" : "";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private void Write(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture));
}
