using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Node.Tests.Dashboards;

/// <summary>tools/dashboards/rules.yml and its tests.</summary>
internal static class RuleFile
{
    public static string Rules { get; } = Path.Combine(DashboardFile.Folder, "rules.yml");

    public static string Tests { get; } = Path.Combine(DashboardFile.Folder, "rules.test.yml");

    /// <summary>Alerts and what they ask.</summary>
    public static IReadOnlyList<(string Name, string Expression)> Alerts { get; } = [.. Read("alert")];

    /// <summary>Recorded series and what they are made from.</summary>
    public static IReadOnlyList<(string Name, string Expression)> Recorded { get; } = [.. Read("record")];

    /// <summary>The rule of an alert as an expression that has a value whether it fires or not, where there is something to compare.</summary>
    public static string Compared(string expression) => Regex.Replace(expression, " (==|<|>) ", " $1 bool ");

    private static IEnumerable<(string, string)> Read(string kind)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Rules)));
        return from @group in (YamlSequenceNode)yaml.Documents[0].RootNode["groups"]
               from rule in (YamlSequenceNode)@group["rules"]
               let children = ((YamlMappingNode)rule).Children
               where children.ContainsKey(kind)
               select (rule[kind].ToString(), rule["expr"].ToString());
    }
}
