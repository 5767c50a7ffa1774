using Node.Turns;

namespace Node.Tests.Tools;

/// <summary>What <c>perf/Node.Turns</c> finds in an assembly, and what it says of benchmarks that run and that do not.</summary>
public sealed class InTurnsTests
{
    private const string Samples = "Node.Tests.Tools.TurnSamples";

    [Fact]
    public void Benchmarks_are_found_with_each_choice_of_parameters_and_without_the_baselines()
    {
        string[] expected =
        [
            $"{Samples}.Adds(Members: 1, Kind: Monday)", $"{Samples}.Adds(Members: 1, Kind: Friday)", $"{Samples}.Adds(Members: 5, Kind: Monday)",
            $"{Samples}.Adds(Members: 5, Kind: Friday)",
        ];
        Assert.Equal(expected, Local(InTurns.Base, "Adds").Benchmarks);
        Assert.Empty(Local(InTurns.Base, "Floor").Benchmarks);
    }

    [Fact]
    public void Both_sides_are_measured_with_what_they_allocate()
    {
        Report report = Measure("Allocates(Members: 5, Kind: Friday)", "Allocates");
        Assert.NotNull(report.Ratio);
        Assert.All([report.Base, report.Head], side =>
        {
            Assert.Null(side!.Fault);
            Assert.True(side.Nanoseconds > 0);

            // An array of 5 in two operations; what other tests allocate meanwhile comes on top.
            Assert.True(side.Bytes >= 24, $"{side.Bytes} B");
        });
    }

    [Theory]
    [InlineData("Throws", "InvalidOperationException: on purpose, Friday")]
    [InlineData("ThrowsLater", "InvalidOperationException: on purpose, later")]
    public void A_benchmark_that_throws_is_reported(string method, string fault)
    {
        Report report = Measure($"{method}(Members: 5, Kind: Friday)", method);
        Assert.Equal((null, fault, fault), (report.Ratio, report.Base!.Fault, report.Head!.Fault));
    }

    [Fact]
    public void Attributes_that_are_not_known_are_a_fault_and_not_left_out()
    {
        string name = $"{typeof(UnknownTurnSamples).FullName}.Adds";
        Report report = InTurns.Measure(name, SideOf(InTurns.Base, name.Contains), SideOf(InTurns.Head, name.Contains));
        Assert.Contains("IterationSetup", report.Head!.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_side_has_alone_is_measured_alone()
    {
        Report report = InTurns.Measure($"{Samples}.Adds(Members: 5, Kind: Friday)", Local(InTurns.Head, "Adds"), Local(InTurns.Base, "Nothing"));
        Assert.Null(report.Ratio);
        Assert.Null(report.Base);
        Assert.True(report.Head!.Nanoseconds > 0);
    }

    [Fact]
    public void Each_side_has_its_own_copy_of_the_code()
    {
        string path = typeof(InTurnsTests).Assembly.Location;
        string name = $"{Samples}.Adds(Members: 5, Kind: Friday)";
        Type[] types = [.. new[] { InTurns.Base, InTurns.Head }.Select(side => Side.Load(side, path, one => one == name).Find(name)!.Method.DeclaringType!)];
        Assert.Equal(3, types.Append(typeof(TurnSamples)).Distinct().Count());
    }

    private static Report Measure(string benchmark, string method) =>
        InTurns.Measure($"{Samples}.{benchmark}", Local(InTurns.Base, method), Local(InTurns.Head, method));

    private static Side Local(string side, string method) => SideOf(side, name => name.StartsWith($"{Samples}.{method}(", StringComparison.Ordinal));

    private static Side SideOf(string side, Func<string, bool> wanted) => new(side, typeof(InTurnsTests).Assembly, wanted);
}
