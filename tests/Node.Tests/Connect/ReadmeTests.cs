using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Node.Tests.Settings;

namespace Node.Tests.Connect;

/// <summary>The program in the README is one that compiles.</summary>
public class ReadmeTests
{
    private const string ImplicitUsings = "global using System; global using System.Linq; global using System.Threading.Tasks;";

    [Fact]
    public void The_library_program_of_the_readme_compiles()
    {
        string readme = File.ReadAllText(Path.Combine(TestFolder.Repository(), "README.md"));
        string program = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.InRange(program.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 5, 20);

        var options = new CSharpParseOptions(LanguageVersion.Preview);
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "readme",
            [CSharpSyntaxTree.ParseText(program, options), CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(found => found.Severity == DiagnosticSeverity.Error));
    }
}
