using System.Text.RegularExpressions;

namespace Node.Tests.Tidy;

/// <summary>Where things stand, and that a reader finds the way.</summary>
public static partial class Layout
{
    private static readonly string[] TopLevel =
    [
        "src", "protocol", "perf", "tests", "tools", "build.ps1", "build.sh", "Node.sln", "README.md", "LICENSE",
        "Directory.Build.props", "Directory.Packages.props", "global.json",
    ];

    public static IEnumerable<string> CheckTopLevel(IEnumerable<string> paths) =>
        paths.Select(path => path.Split('/')[0]).Distinct()
            .Where(name => !name.StartsWith('.') && !TopLevel.Contains(name))
            .Select(name => $"{name}:1: [top-level] nothing stands at the root but {string.Join(", ", TopLevel)} and dotfiles");

    /// <summary>The folders at the root except src, and each project and client in src, explain themselves.</summary>
    public static IEnumerable<string> CheckReadmes(IReadOnlyCollection<string> paths) =>
        from folder in paths.Select(MainFolder).OfType<string>().Distinct()
        where !paths.Contains(folder + "/README.md")
        select $"{folder}:1: [readme] has no README.md";

    /// <summary>Links of a Markdown file to files of the repository.</summary>
    public static IEnumerable<string> CheckLinks(SourceFile file, Func<string, bool> exists) =>
        from line in file.Lines()
        from match in Link().Matches(line.Text)
        let target = match.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        where !exists(Path.Combine(Path.GetDirectoryName(file.Path) ?? "", target))
        select file.At(line.Number, $"[link] {target} is not there");

    // A project file alone is a place reserved; its first source file makes it a folder to explain.
    private static string? MainFolder(string path)
    {
        string[] parts = path.Split('/');
        return parts switch
        {
            [var top, _, ..] when top != "src" && !top.StartsWith('.') => top,
            ["src", "clients", var client, _, ..] => $"src/clients/{client}",
            ["src", var project, ..] when project != "clients" && path.EndsWith(".cs", StringComparison.Ordinal) => $"src/{project}",
            _ => null,
        };
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
