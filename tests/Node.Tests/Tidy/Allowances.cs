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
        new("block", "src/Node.Hub/Auth/TokenValidator.cs", "with local keys the task is complete when it comes back"),
        new("block", "src/Node.Host/WorkThread.cs", "the one wait of a thread that is nobody else's"),
        new("block", "src/Node.Transport/EventLoop.cs", "the one wait of a loop: its poller's"),
        new("block", "src/Node.Transport/ParkingPoller.cs", "the poller of a loop without descriptors"),
        new("block", "src/Node.Transport/StreamConnection.cs", "takes the result of an operation that is complete"),
        new("lock", "src/Node.Transport/Tls/CertificateStore.cs", "belongs to no loop: a timer and a file watcher meet there"),
        new("delay", "tests/Node.Tests/Cluster/Processes/CrowdMember.cs", "a client pauses before it comes back"),
        new("delay", "tests/Node.Tests/Cluster/Processes/CrowdPusher.cs", "an application pauses before it pushes again"),
        new("delay", "tests/Node.Tests/Transport/TestServer.cs", "the one place that waits for a condition of another thread"),
        new("delay", "tests/Node.Tests/Transport/ConnectionBehaviourTests.cs", "waits until the kernel's buffers stand still, which no event tells"),
        new("delay", "tests/Node.Tests/Transport/TlsTests.cs", "that something does not happen has no event either"),
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
