using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Node.Load.Reports;

/// <summary>What a run has found out: printed as a table, written as JSON, drawn as a page.</summary>
internal abstract class RunReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public DateTime StartedAt { get; init; } = DateTime.UtcNow;
    public required string Machine { get; init; }

    public List<Figure> Figures { get; } = [];

    /// <summary>What kept it from going on; null: it went through.</summary>
    public string? Problem { get; set; }

    public bool Holds => Problem is null && Figures.All(figure => figure.IsMet || !figure.IsRequired);

    public void Add(string phase, string name, double value, string unit) => Figures.Add(new Figure(phase, name, value, unit, "", true, false));

    /// <summary>A value that may not be above a goal.</summary>
    public void AtMost(string phase, string name, double value, string unit, double goal, bool isRequired = false) =>
        Figures.Add(new Figure(phase, name, value, unit, $"≤ {Number(goal)}", value <= goal, isRequired));

    public void AtLeast(string phase, string name, double value, string unit, double goal, bool isRequired = false) =>
        Figures.Add(new Figure(phase, name, value, unit, $"≥ {Number(goal)}", value >= goal, isRequired));

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), s_json);

    public string ToTable()
    {
        var table = new StringBuilder();
        foreach (Figure figure in Figures)
        {
            string verdict = figure.Goal.Length == 0 ? "" : figure.IsMet ? "met" : figure.IsRequired ? "FAILED" : "missed";
            table.Append(CultureInfo.InvariantCulture, $"{figure.Phase,-10} {figure.Name,-46} {Number(figure.Value),14} {figure.Unit,-6} {figure.Goal,-14} {verdict}")
                .AppendLine();
        }

        return Problem is null ? table.ToString() : table.AppendLine().Append("stopped: ").AppendLine(Problem).ToString();
    }

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
