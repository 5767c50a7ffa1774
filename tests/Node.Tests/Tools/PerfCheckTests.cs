using System.Diagnostics;
using System.Text.Json;
using Node.Tests.Settings;
using Node.Tests.Tidy;

namespace Node.Tests.Tools;

/// <summary>What <c>perf/check.mjs</c> makes of the reports of two commits.</summary>
public sealed class PerfCheckTests : IDisposable
{
    private const int Passes = 0;
    private const int Fails = 1;
    private const int IsSuspect = 3;

    private static readonly object Ran = new { nanoseconds = 100, bytes = 24 };

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_as_quick_in_the_median_of_its_launches_and_allocates_no_more_passes()
    {
        Report("first-1", ("A", 0.9, Ran, Ran));
        Report("first-2", ("A", 1.6, Ran, new { nanoseconds = 160, bytes = 25 }));
        Report("first-3", ("A", 1.09, Ran, Ran));
        AssertCheck(Passes, "none of 1 is worse");
    }

    [Fact]
    public void What_is_slower_in_the_median_of_its_launches_is_suspect_whatever_the_best_was()
    {
        Report("first-1", ("A(Members: 1)", 0.9, Ran, Ran), ("B", 1, Ran, Ran));
        Report("first-2", ("A(Members: 1)", 1.11, Ran, Ran), ("B", 1, Ran, Ran));
        Report("first-3", ("A(Members: 1)", 1.12, Ran, Ran), ("B", 1, Ran, Ran));
        AssertCheck(IsSuspect, "A(Members: 1)  ← slower", "A(Members: 1)\n");
    }

    [Fact]
    public void An_object_in_a_thousand_operations_fails()
    {
        Report("first-1", ("A", 1, Ran, new { nanoseconds = 100, bytes = 24.024 }), ("B", 1, Ran, Ran));
        AssertCheck(Fails, "A  ← allocates more");
    }

    [Fact]
    public void What_throws_in_one_launch_fails_and_says_why()
    {
        Report("first-1", ("A", 1, Ran, Ran), ("B", 2, Ran, Ran));
        Report("first-2", ("A", null, Ran, new { fault = "Exception: on purpose" }), ("B", 2, Ran, Ran));
        AssertCheck(Fails, "A  ← Exception: on purpose", "B\n");
    }

    [Fact]
    public void What_only_one_commit_has_is_named_and_fails_where_it_throws()
    {
        Report("first-1", ("A", 1, Ran, Ran), ("Gone", null, Ran, null), ("New", null, null, Ran), ("Repaired", null, new { fault = "Exception: a bug" }, Ran));
        AssertCheck(Passes, "not compared: Gone (only at the base); New (only here); Repaired (does not run at the base: Exception: a bug)");
        Report("first-2", ("New", null, null, new { fault = "Exception: another" }));
        AssertCheck(Fails, "New  ← Exception: another");
    }

    [Fact]
    public void Where_a_stage_is_judged_the_launches_before_it_do_not_count()
    {
        Report("first-1", ("A", 2, Ran, Ran));
        Report("again-1", ("A", 1, Ran, Ran));
        AssertCheck(Passes, "none of 1 is worse", stage: "again");
    }

    [Fact]
    public void Without_anything_to_compare_nothing_passes()
    {
        AssertCheck(Fails, "none of 0");
        Report("first-1", ("New", null, null, Ran));
        AssertCheck(Fails, "none of 0");
    }

    private void Report(string launch, params (string Name, double? Ratio, object? Base, object? Head)[] benchmarks) => _folder.Write(
        launch + ".jsonl", string.Concat(benchmarks.Select(one => JsonSerializer.Serialize(new { name = one.Name, ratio = one.Ratio, @base = one.Base, head = one.Head }) + "\n")));

    private void AssertCheck(int exitCode, string output, string suspects = "", string stage = "first")
    {
        using var process = new Process { StartInfo = new("node", [SourceFile.Full("perf/check.mjs"), _folder.Root, stage]) { RedirectStandardOutput = true } };
        process.Start();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Contains(output, said, StringComparison.Ordinal);
        Assert.Equal((exitCode, suspects), (process.ExitCode, File.ReadAllText(_folder.At("suspects"))));
    }
}
