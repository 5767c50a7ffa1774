namespace Node.Tests.Tidy;

/// <summary>The only place where a file is let off a rule. An entry that lets nothing off fails the tests, too.</summary>
public static class Allowances
{
    /// <param name="Rule">The rule's name, as findings print it in brackets.</param>
    /// <param name="File">The path within the repository.</param>
    /// <param name="Why">What a reader who finds the exception would ask.</param>
    public sealed record Allowance(string Rule, string File, string Why);

    public static IReadOnlyList<Allowance> All { get; } =
    [
    ];

    /// <summary>The findings that no allowance covers; each is "path:line: [rule] what".</summary>
    public static IEnumerable<string> Remaining(IEnumerable<string> findings, IReadOnlyList<Allowance> allowances) =>
        findings.Where(finding => !allowances.Any(allowance => Covers(allowance, finding)));

    /// <summary>The allowances that cover none of the findings.</summary>
    public static IEnumerable<Allowance> Unused(IEnumerable<string> findings, IReadOnlyList<Allowance> allowances)
    {
        string[] all = [.. findings];
        return allowances.Where(allowance => !all.Any(finding => Covers(allowance, finding)));
    }

    private static bool Covers(Allowance allowance, string finding) =>
        finding.StartsWith(allowance.File + ":", StringComparison.Ordinal)
        && finding.Contains($"[{allowance.Rule}]", StringComparison.Ordinal);
}
