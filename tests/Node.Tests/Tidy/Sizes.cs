using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Node.Tests.Tidy;

/// <summary>Files and functions that still fit into a reader's head.</summary>
public static class Sizes
{
    public const int MostFileLines = 500;
    public const int UsualFileLines = 250;
    public const int MostFunctionLines = 70;

    /// <summary>Of all files, so many may be longer than usual: a rule without room would be met by splitting badly.</summary>
    public const double MostLongShare = 0.10;

    /// <summary>Our own source; not lock files, vectors or pages' markup.</summary>
    public static bool Counts(SourceFile file) =>
        Path.GetExtension(file.Path) is ".cs" or ".ts" or ".js" or ".mjs" or ".c" or ".kt" or ".sh";

    public static IEnumerable<string> CheckFile(SourceFile file)
    {
        if (Counts(file) && file.LineCount > MostFileLines)
        {
            yield return file.At(file.LineCount, $"[file-size] more than {MostFileLines} lines");
        }
    }

    /// <summary>The files longer than usual, if they are more than their share.</summary>
    public static IEnumerable<string> CheckShare(IReadOnlyCollection<SourceFile> files)
    {
        SourceFile[] counted = [.. files.Where(Counts)];
        SourceFile[] longer = [.. counted.Where(file => file.LineCount > UsualFileLines)];
        return longer.Length <= Math.Ceiling(counted.Length * MostLongShare)
            ? []
            : longer.Select(file => file.At(file.LineCount, $"[long-files] {longer.Length} of {counted.Length} are over {UsualFileLines} lines"));
    }

    public static IEnumerable<string> CheckFunctions(SourceFile file) =>
        from node in file.Syntax.DescendantNodesAndSelf()
        let span = FunctionSpan(node)
        where span is not null
        let lines = file.LineOf(span.Value.End) - file.LineOf(span.Value.Start) + 1
        where lines > MostFunctionLines
        select file.At(node, $"[function-size] {lines} lines, more than {MostFunctionLines}");

    // Without the documentation and attributes above it.
    private static (int Start, int End)? FunctionSpan(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (AfterAttributes(method, method.AttributeLists), method.Span.End),
        AccessorDeclarationSyntax accessor => (accessor.SpanStart, accessor.Span.End),
        LocalFunctionStatementSyntax function => (function.SpanStart, function.Span.End),
        CompilationUnitSyntax unit when unit.Members.OfType<GlobalStatementSyntax>().Any() =>
            (unit.Members.OfType<GlobalStatementSyntax>().First().SpanStart,
             unit.Members.OfType<GlobalStatementSyntax>().Last().Span.End),
        _ => null,
    };

    private static int AfterAttributes(SyntaxNode node, SyntaxList<AttributeListSyntax> attributes) =>
        attributes.Count == 0 ? node.SpanStart : attributes.Last().GetLastToken().GetNextToken().SpanStart;
}
