using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Node.Tests.Tidy;

/// <summary>A text file of the repository. <c>Path</c> is relative to its root, with forward slashes.</summary>
public sealed record SourceFile(string Path, string Text)
{
    private static readonly string[] Extensions =
    [
        ".cs", ".csproj", ".proj", ".props", ".targets", ".sln", ".md", ".ts", ".js", ".mjs", ".cjs", ".html", ".css",
        ".json", ".yaml", ".yml", ".proto", ".sh", ".ps1", ".kt", ".kts", ".c", ".h", ".py", ".go",
    ];

    private static readonly Lazy<SourceFile[]> Files = new(Read);

    private readonly Lazy<SyntaxNode> _syntax = new(() => CSharpSyntaxTree.ParseText(Text).GetRoot());

    /// <summary>The folder that holds Node.sln, upwards from the test program.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every text file that git tracks or would track; read once.</summary>
    public static IReadOnlyList<SourceFile> All => Files.Value;

    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public int LineCount => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    /// <summary>C# only.</summary>
    public SyntaxNode Syntax => _syntax.Value;

    public bool IsUnder(params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
        {
            if (Path.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A finding as tests print it.</summary>
    public string At(int line, string what) => $"{Path}:{line}: {what}";

    public string At(SyntaxNode node, string what) => At(LineOf(node.SpanStart), what);

    /// <summary>The number, from 1, of the line that holds this position. C# only.</summary>
    public int LineOf(int position) => Syntax.SyntaxTree.GetText().Lines.GetLinePosition(position).Line + 1;

    /// <summary>The lines with their numbers, from 1.</summary>
    public IEnumerable<(int Number, string Text)> Lines() => Text.Split('\n').Select((text, index) => (index + 1, text));

    /// <summary>All paths that git tracks or would track, of files that exist.</summary>
    public static IEnumerable<string> Paths()
    {
        ProcessStartInfo start = new("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Full(path)));
    }

    /// <summary>The place of a repository path on this machine.</summary>
    public static string Full(string path) => System.IO.Path.Combine(Root, path);

    private static SourceFile[] Read() =>
    [
        .. Paths()
            .Where(path => Extensions.Contains(System.IO.Path.GetExtension(path)) || path.StartsWith('.'))
            .Select(path => new SourceFile(path, File.ReadAllText(Full(path)))),
    ];

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Node.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Node.sln is nowhere above the test program");
    }
}
