using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Node.Tests.Tidy;

/// <summary>
/// Calls that are wrong where they stand. By syntax alone: a semantic model would need every reference and a minute;
/// the few homonyms go into <see cref="Allowances"/>.
/// </summary>
public static class BannedCalls
{
    private static readonly string[] Loops = ["src/Node.Transport", "src/Node.Wire", "src/Node.Hub"];
    private static readonly string[] Libraries = [.. Loops, "src/Node.Rpc"];

    private sealed record Ban(string Rule, Func<SourceFile, bool> Where, Func<SyntaxNode, bool> What, string Why);

    private static readonly Ban[] Bans =
    [
        new("sleep", file => file.IsUnder("src", "tests"), Calls("Thread.Sleep"),
            "blocks a thread for a guess: await the condition, or use the loop's timers"),
        new("delay", file => file.IsUnder("tests"), Calls("Task.Delay"),
            "a guessed time is too short on a busy machine and too long on a quick one: await the condition"),
        new("local-time", _ => true, Reads("DateTime.Now"),
            "jumps twice a year and with the time zone: DateTime.UtcNow, or a monotonic clock for durations"),
        new("console", file => file.IsUnder(Libraries), Calls("Console.Write", "Console.WriteLine",
            "Console.Out.Write", "Console.Out.WriteLine", "Console.Error.Write", "Console.Error.WriteLine"),
            "a library does not own the console, and its lock is shared by every thread: log"),
        new("block", file => file.IsUnder("src"), Blocks,
            "blocks a thread, on a loop for good, because the continuation needs that very loop: await"),
        new("async-void", _ => true, IsAsyncVoid,
            "nobody can await it and its exception ends the process: return a Task"),
        new("lock", file => file.IsUnder(Loops), node => node is LockStatementSyntax,
            "what a loop owns is touched by that loop alone: come in by Post"),
        new("exit", file => file.IsUnder("src") && file.Name != "Program.cs", Calls("Environment.Exit"),
            "skips every finally and flush: return to Program"),
    ];

    public static IEnumerable<string> Check(SourceFile file)
    {
        Ban[] bans = [.. Bans.Where(ban => ban.Where(file))];
        return from node in file.Syntax.DescendantNodes()
               from ban in bans
               where ban.What(node)
               select file.At(node, $"[{ban.Rule}] {Shorten(node)}: {ban.Why}");
    }

    private static Func<SyntaxNode, bool> Calls(params string[] names) =>
        node => node is InvocationExpressionSyntax call && names.Any(name => Names(call.Expression, name));

    private static Func<SyntaxNode, bool> Reads(string name) =>
        node => node is MemberAccessExpressionSyntax && Names((ExpressionSyntax)node, name);

    private static bool Names(ExpressionSyntax expression, string name)
    {
        string text = expression.ToString();
        return text == name || text.EndsWith("." + name, StringComparison.Ordinal);
    }

    // task.Result, task.Wait(…), GetAwaiter().GetResult(); not Result as the name that is assigned or declared.
    private static bool Blocks(SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Result" } access =>
            access.Parent is not (AssignmentExpressionSyntax or InvocationExpressionSyntax)
            && !access.Expression.IsKind(SyntaxKind.ThisExpression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } =>
            access.Name.Identifier.Text == "Wait"
            || Names(access, "GetAwaiter().GetResult"),
        _ => false,
    };

    private static bool IsAsyncVoid(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => IsAsyncVoid(method.Modifiers, method.ReturnType),
        LocalFunctionStatementSyntax function => IsAsyncVoid(function.Modifiers, function.ReturnType),
        _ => false,
    };

    private static bool IsAsyncVoid(SyntaxTokenList modifiers, TypeSyntax returns) =>
        modifiers.Any(SyntaxKind.AsyncKeyword)
        && returns is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };

    private static string Shorten(SyntaxNode node)
    {
        string line = node.ToString().Split('\n')[0].TrimEnd();
        return line.Length <= 60 ? line : line[..60] + "…";
    }
}
