using System.Text.Json;
using System.Text.RegularExpressions;
using Node.Tests.Settings;

namespace Node.Tests.Dashboards;

/// <summary>A file of tools/dashboards/grafana.</summary>
internal sealed partial class DashboardFile(string path)
{
    public static string Folder { get; } = Path.Combine(TestFolder.Repository(), "tools", "dashboards");

    public static IReadOnlyList<DashboardFile> All { get; } =
        [.. Directory.GetFiles(Path.Combine(Folder, "grafana"), "*.json").Order(StringComparer.Ordinal).Select(file => new DashboardFile(file))];

    public string Name { get; } = Path.GetFileNameWithoutExtension(path);

    public JsonElement Json { get; } = JsonElement.Parse(File.ReadAllText(path));

    public IEnumerable<JsonElement> Variables => Json.GetProperty("templating").GetProperty("list").EnumerateArray();

    public IEnumerable<Panel> Panels => Json.GetProperty("panels").EnumerateArray().Select(panel => new Panel(Name, panel));

    /// <summary>The metrics that an expression asks for: names that are neither functions, keywords, labels nor texts.</summary>
    public static IEnumerable<string> MetricsIn(string expression)
    {
        string bare = Grouping().Replace(Braces().Replace(expression, " "), " ");
        return Name_().Matches(bare).Select(match => match.Value).Where(name => name is not ("and" or "or" or "unless" or "bool")).Distinct();
    }

    [GeneratedRegex(@"\{[^{}]*\}|\[[^\]]*\]|""[^""]*""")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Name_();
}
