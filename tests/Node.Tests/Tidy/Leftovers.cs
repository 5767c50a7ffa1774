using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Node.Tests.Tidy;

/// <summary>What was meant to go before the commit: markers, code in comments, places that exist on one machine only.</summary>
public static partial class Leftovers
{
    public static IEnumerable<string> CheckMarkers(SourceFile file) =>
        from line in file.Lines()
        let match = Marker().Match(line.Text)
        where match.Success
        select file.At(line.Number, $"[marker] {match.Value}: do it, or write an issue");

    /// <summary>C#: a comment that parses as a statement. TypeScript: one that begins and ends like a statement.</summary>
    public static IEnumerable<string> CheckComments(SourceFile file) =>
        file.IsCSharp
            ? from trivia in file.Syntax.DescendantTrivia()
              where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) && IsStatement(trivia.ToString()[2..].Trim())
              select file.At(file.LineOf(trivia.SpanStart), $"[dead-code] {trivia}: the history has it")
            : from line in file.Lines()
              where Path.GetExtension(file.Path) is ".ts" or ".js" or ".mjs" && ScriptInComment().IsMatch(line.Text)
              select file.At(line.Number, $"[dead-code] {line.Text.Trim()}: the history has it");

    public static IEnumerable<string> CheckPlaces(SourceFile file) =>
        from line in file.Lines()
        from match in MachinePath().Matches(line.Text).Concat(Registry().Matches(line.Text))
        select file.At(line.Number, $"[place] {match.Value}: holds on some machine or network only");

    public static IEnumerable<string> CheckLockFile(SourceFile file) =>
        from line in file.Lines()
        where file.Name == "package-lock.json" && line.Text.Contains("\"resolved\": \"http", StringComparison.Ordinal)
        select file.At(line.Number, "[lock-file] a resolved URL pins a registry: npm install with this folder's .npmrc");

    // "A note; another" never ends in a semicolon and parses; "x = 1;", "Close();" and "if (x) {" do.
    private static bool IsStatement(string text)
    {
        if (text is "{" or "}" or "};")
        {
            return true;
        }

        string statement = text.EndsWith('{') ? text + "}" : text;
        return (text.EndsWith(';') || text.EndsWith('{'))
            && text.AsSpan().ContainsAny("=(.")
            && !SyntaxFactory.ParseStatement(statement).ContainsDiagnostics;
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Marker();

    [GeneratedRegex(@"^\s*//\s*(const|let|var|return|import|export|await|if|for|while|this\.)\b.*[;{]$")]
    private static partial Regex ScriptInComment();

    [GeneratedRegex(@"(?<![\w./:$~}*-])/(home|root|tmp|work|mnt|Users)/\w+|[A-Z]:\\Users\\\w+")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://[\w.-]*(registry|nuget|npmjs|artifactory|nexus|pypi)[\w.-]*", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();
}
