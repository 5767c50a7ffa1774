namespace Node.Tests.Tidy;

/// <summary>Each rule, once with what it forbids and once with its nearest allowed neighbour.</summary>
public class TidyRuleTests
{
    [Theory]
    [InlineData("src/Node.Hub/A.cs", "Thread.Sleep(1);", "sleep")]
    [InlineData("tests/A.cs", "System.Threading.Thread.Sleep(1);", "sleep")]
    [InlineData("tests/A.cs", "await Task.Delay(1);", "delay")]
    [InlineData("src/Node.Web/A.cs", "var x = DateTime.Now;", "local-time")]
    [InlineData("src/Node.Hub/A.cs", "Console.WriteLine(1);", "console")]
    [InlineData("src/Node.Rpc/A.cs", "Console.Error.Write(1);", "console")]
    [InlineData("src/Node.Web/A.cs", "var x = task.Result;", "block")]
    [InlineData("src/Node.Web/A.cs", "task.Wait();", "block")]
    [InlineData("src/Node.Web/A.cs", "task.GetAwaiter().GetResult();", "block")]
    [InlineData("src/Node.Hub/A.cs", "lock (x) { }", "lock")]
    [InlineData("src/Node.Web/A.cs", "Environment.Exit(1);", "exit")]
    [InlineData("perf/A.cs", "async void F() { }", "async-void")]
    public void A_banned_call_is_found(string path, string statement, string rule) =>
        Assert.Contains($"[{rule}]", Assert.Single(BannedCalls.Check(InMethod(path, statement))));

    [Theory]
    [InlineData("src/Node.Web/A.cs", "await Task.Delay(1);")]
    [InlineData("src/Node.Web/A.cs", "var x = DateTime.UtcNow;")]
    [InlineData("src/Node.Web/A.cs", "Console.WriteLine(1);")]
    [InlineData("src/Node.Web/Program.cs", "Environment.Exit(1);")]
    [InlineData("src/Node.Web/A.cs", "var x = new Reply { Result = 1 };")]
    [InlineData("src/Node.Web/A.cs", "async Task F() { }")]
    [InlineData("src/Node.Web/A.cs", "lock (x) { }")]
    public void A_call_in_its_place_is_left_alone(string path, string statement) =>
        Assert.Empty(BannedCalls.Check(InMethod(path, statement)));

    [Theory]
    [InlineData(500, 0)]
    [InlineData(501, 1)]
    public void A_file_may_have_500_lines(int lines, int findings) =>
        Assert.Equal(findings, Sizes.CheckFile(new("src/a.ts", Lines(lines))).Count());

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    public void A_tenth_of_the_files_may_be_long(int longer, int findings)
    {
        SourceFile[] files = [.. Enumerable.Range(0, 10).Select(i => new SourceFile($"{i}.cs", Lines(i < longer ? 251 : 250)))];
        Assert.Equal(findings, Sizes.CheckShare(files).Count());
    }

    [Theory]
    [InlineData("class A { [Fact]\nvoid F()\n{\n§} }", 67, 0)]
    [InlineData("class A { [Fact]\nvoid F()\n{\n§} }", 68, 1)]
    [InlineData("class A { int P { get {\n§} } }", 69, 1)]
    [InlineData("§F();", 70, 1)]
    public void A_function_may_have_70_lines(string code, int statements, int findings)
    {
        string body = string.Concat(Enumerable.Repeat("G();\n", statements));
        Assert.Equal(findings, Sizes.CheckFunctions(new("a.cs", code.Replace("§", body, StringComparison.Ordinal))).Count());
    }

    [Theory]
    [InlineData("TODO")]
    [InlineData("FIXME")]
    [InlineData("HACK")]
    [InlineData("XXX")]
    public void A_marker_is_found(string marker) =>
        Assert.Single(Leftovers.CheckMarkers(new("a.md", $"first\nsee {marker}: later")));

    [Theory]
    [InlineData("a.cs", "// x = Compute(1);", 1)]
    [InlineData("a.cs", "// if (x) {", 1)]
    [InlineData("a.cs", "// }", 1)]
    [InlineData("a.cs", "// Close() ends it; nobody else may.", 0)]
    [InlineData("a.cs", "// The state of Close(); see below for the reason;", 0)]
    [InlineData("a.ts", "  // const x = 1;", 1)]
    [InlineData("a.ts", "  // if it is closed", 0)]
    public void Code_in_a_comment_is_found(string path, string line, int findings) =>
        Assert.Equal(findings, Leftovers.CheckComments(new(path, line + "\nint x;")).Count());

    [Theory]
    [InlineData("see /home/someone/project", 1)]
    [InlineData(@"C:\Users\someone", 1)]
    [InlineData("https://registry.example.org/npm", 1)]
    [InlineData("https://example.org/home/page", 0)]
    [InlineData("src/wo" + "rk/file", 0)]
    public void A_place_of_one_machine_is_found(string line, int findings) =>
        Assert.Equal(findings, Leftovers.CheckPlaces(new("a.md", line)).Count());

    [Fact]
    public void A_resolved_url_is_found() =>
        Assert.Single(Leftovers.CheckLockFile(new("x/package-lock.json", "\"resolved\": \"https://example.org/a.tgz\",")));

    [Theory]
    [InlineData("Node.Transport", "<ProjectReference Include='../Node.Wire/Node.Wire.csproj' />")]
    [InlineData("Node.Hub", "<ProjectReference Include='..\\Node.Rpc\\Node.Rpc.csproj' />")]
    [InlineData("Node.Push", "<ProjectReference Include='../Node.Hub/Node.Hub.csproj' />")]
    [InlineData("Node.Wire", "<PackageReference Include='Google.Protobuf' />")]
    [InlineData("Node.Hub", "<FrameworkReference Include='Microsoft.AspNetCore.App' />")]
    [InlineData("Node.Hub", "<PackageReference Include='Grpc.Net.Client' />")]
    [InlineData("Node.Unheard", "")]
    public void A_reference_against_the_design_is_found(string name, string item) =>
        Assert.Single(References.CheckProject(Project(name, item)));

    [Theory]
    [InlineData("Node.Transport", "<PackageReference Include='System.IO.Pipelines' />")]
    [InlineData("Node.Hub", "<ProjectReference Include='../Node.Wire/Node.Wire.csproj' />")]
    [InlineData("Node.Hub", "<PackageReference Include='Grpc.Tools' />")]
    [InlineData("Node.Standalone", "<ProjectReference Include='../Node.Web/Node.Web.csproj' />")]
    public void A_reference_of_the_design_is_left_alone(string name, string item) =>
        Assert.Empty(References.CheckProject(Project(name, item)));

    [Fact]
    public void The_web_sdk_is_found_in_the_core() =>
        Assert.Single(References.CheckProject(new("src/Node.Hub/Node.Hub.csproj", "<Project Sdk='Microsoft.NET.Sdk.Web' />")));

    [Fact]
    public void A_version_outside_its_place_is_found() =>
        Assert.Single(References.CheckVersions(Project("Node.Web", "<PackageReference Include='A' Version='1.0.0' />")));

    [Fact]
    public void A_project_outside_the_solution_is_found()
    {
        SourceFile project = Project("Node.Web", "");
        Assert.Single(References.CheckSolution(project, "nothing"));
        Assert.Empty(References.CheckSolution(project, @"""src\Node.Web\Node.Web.csproj"""));
    }

    [Fact]
    public void A_stranger_at_the_root_is_found() =>
        Assert.StartsWith("notes.txt", Assert.Single(Layout.CheckTopLevel(["notes.txt", "src/a.cs", ".gitignore", "LICENSE"])));

    [Fact]
    public void A_folder_without_a_readme_is_found()
    {
        string[] paths = ["tests/A.cs", "src/Node.Web/A.cs", "src/Node.Biz/Node.Biz.csproj", "protocol/a", "protocol/README.md"];
        Assert.Equal(["tests:1: [readme] has no README.md", "src/Node.Web:1: [readme] has no README.md"], Layout.CheckReadmes(paths));
    }

    [Fact]
    public void A_link_to_nowhere_is_found()
    {
        SourceFile page = new("tests/README.md", "[a](there.md#part) [b](gone.md) [c](https://example.org) [d](#here)");
        Assert.Equal(["tests/README.md:1: [link] gone.md is not there"], Layout.CheckLinks(page, path => path == "tests/there.md"));
    }

    [Fact]
    public void An_allowance_lets_one_file_off_one_rule_and_must_be_needed()
    {
        Allowances.Allowance[] allowances = [new("sleep", "a.cs", "why"), new("lock", "a.cs", "why")];
        string[] findings = ["a.cs:1: [sleep] x", "b.cs:1: [sleep] x"];
        Assert.Equal(["b.cs:1: [sleep] x"], Allowances.Remaining(findings, allowances));
        Assert.Equal("lock", Assert.Single(Allowances.Unused(findings, allowances)).Rule);
    }

    private static SourceFile InMethod(string path, string statement) =>
        new(path, $"class A {{ async Task M() {{ {statement} }} }}");

    private static SourceFile Project(string name, string item) =>
        new($"src/{name}/{name}.csproj", $"<Project Sdk='Microsoft.NET.Sdk'><ItemGroup>{item}</ItemGroup></Project>");

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("\n", count - 1)) + "x\n";
}
