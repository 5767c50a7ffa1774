namespace Node.Tests.Tidy;

/// <summary>The repository against its own rules. <see cref="TidyRuleTests"/> proves that each rule can fail.</summary>
public class TidyTests
{
    // What states the rules has to name what they forbid.
    private static readonly SourceFile[] Files = [.. SourceFile.All.Where(file => !file.IsUnder("tests/Node.Tests/Tidy"))];
    private static readonly SourceFile[] Code = [.. Files.Where(file => file.IsCSharp)];
    private static readonly SourceFile[] Projects = [.. Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal))];

    private static readonly Dictionary<string, Func<IEnumerable<string>>> Rules = new()
    {
        ["references"] = () => Projects.Where(file => file.IsUnder("src")).SelectMany(References.CheckProject),
        ["versions"] = () => Projects.SelectMany(References.CheckVersions),
        ["solution"] = () => Projects.SelectMany(file => References.CheckSolution(file, Solution())),
        ["file sizes"] = () => Files.SelectMany(Sizes.CheckFile),
        ["long files"] = () => Sizes.CheckShare(Files),
        ["function sizes"] = () => Code.SelectMany(Sizes.CheckFunctions),
        ["banned calls"] = () => Code.SelectMany(BannedCalls.Check),
        ["markers"] = () => Files.SelectMany(Leftovers.CheckMarkers),
        ["dead code"] = () => Files.SelectMany(Leftovers.CheckComments),
        ["places"] = () => Files.Where(file => file.Name != "package-lock.json").SelectMany(Leftovers.CheckPlaces),
        ["lock files"] = () => Files.SelectMany(Leftovers.CheckLockFile),
        ["top level"] = () => Layout.CheckTopLevel(SourceFile.Paths()),
        ["readmes"] = () => Layout.CheckReadmes([.. SourceFile.Paths()]),
        ["links"] = () => Files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => Layout.CheckLinks(file, path => Path.Exists(SourceFile.Full(path)))),
    };

    public static TheoryData<string> RuleNames => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_repository_keeps_the_rule(string rule)
    {
        string[] findings = [.. Allowances.Remaining(Rules[rule](), Allowances.All)];
        Assert.True(findings.Length == 0, string.Join('\n', findings));
    }

    [Fact]
    public void Every_allowance_is_still_needed() =>
        Assert.Empty(Allowances.Unused(Rules.Values.SelectMany(rule => rule()), Allowances.All));

    [Fact]
    public void The_rules_see_the_code() => Assert.Contains(Code, file => file.Path == "tests/Node.Tests/SmokeTests.cs");

    private static string Solution() => Files.Single(file => file.Path == "Node.sln").Text;
}
