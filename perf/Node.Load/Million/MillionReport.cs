using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Node.Load.Million;

/// <summary>One thing that a run has found out.</summary>
/// <param name="Phase">Where.</param>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Goal">What was asked for; empty: nothing.</param>
/// <param name="IsMet">Whether it is so; true where nothing was asked for.</param>
/// <param name="IsRequired">Whether the run has failed where it is not: what is lost is a fault, what is slow may be the machine's.</param>
internal sealed record MillionFigure(string Phase, string Name, double Value, string Unit, string Goal, bool IsMet, bool IsRequired);

/// <summary>What a run has found out: printed as a table, written as JSON, drawn as a page.</summary>
internal sealed class MillionReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public DateTime StartedAt { get; init; } = DateTime.UtcNow;
    public required string Machine { get; init; }
    public required int Connections { get; init; }
    public required int Nodes { get; init; }
    public required int Processes { get; init; }

    public List<MillionFigure> Figures { get; } = [];

    /// <summary>What kept it from going on; null: it went through.</summary>
    public string? Problem { get; set; }

    /// <summary>One a second.</summary>
    public List<MachineSample> Samples { get; } = [];

    /// <summary>Quantiles in percent and milliseconds, by what was pushed.</summary>
    public Dictionary<string, List<double[]>> Latencies { get; } = [];

    /// <summary>Seconds that each server's garbage collector has held it up, and how often it collected.</summary>
    public Dictionary<string, double[]> Pauses { get; } = [];

    public bool Holds => Problem is null && Figures.All(figure => figure.IsMet || !figure.IsRequired);

    public void Add(string phase, string name, double value, string unit) => Figures.Add(new MillionFigure(phase, name, value, unit, "", true, false));

    /// <summary>A value that may not be above a goal.</summary>
    public void AtMost(string phase, string name, double value, string unit, double goal, bool isRequired = false) =>
        Figures.Add(new MillionFigure(phase, name, value, unit, $"≤ {Number(goal)}", value <= goal, isRequired));

    public void AtLeast(string phase, string name, double value, string unit, double goal, bool isRequired = false) =>
        Figures.Add(new MillionFigure(phase, name, value, unit, $"≥ {Number(goal)}", value >= goal, isRequired));

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToTable()
    {
        var table = new StringBuilder();
        foreach (MillionFigure figure in Figures)
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
