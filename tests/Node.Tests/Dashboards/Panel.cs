using System.Text.Json;

namespace Node.Tests.Dashboards;

/// <summary>A panel of a dashboard, as its file has it.</summary>
internal sealed record Panel(string Dashboard, JsonElement Json)
{
    private static readonly string[] Variables = ["job", "instance"];

    public string Title => Json.GetProperty("title").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    public int Id => Json.GetProperty("id").GetInt32();

    public (int X, int Y, int Width, int Height) Place
    {
        get
        {
            JsonElement place = Json.GetProperty("gridPos");
            return (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
        }
    }

    /// <summary>None for a row.</summary>
    public IEnumerable<JsonElement> Targets => Json.TryGetProperty("targets", out JsonElement targets) ? targets.EnumerateArray() : [];

    /// <summary>The queries, with every variable for all of its values.</summary>
    public IEnumerable<string> Queries(string window) => Targets.Select(target =>
        Variables.Aggregate(target.GetProperty("expr").GetString()!.Replace("$__rate_interval", window, StringComparison.Ordinal),
            (query, variable) => query.Replace("$" + variable, ".*", StringComparison.Ordinal)));

    public override string ToString() => $"{Dashboard}: {Title}";
}
