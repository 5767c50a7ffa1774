using Node.Load.Soak;

namespace Node.Tests.Load;

public sealed class SoakJudgeTests
{
    private const double MiB = 1024 * 1024;

    private static readonly ServerSample s_before = new() { Resident = 100 * MiB, Heap = 6 * MiB, Descriptors = 250, Threads = 24 };

    private static readonly Dictionary<string, ServerSample> s_grown = new()
    {
        ["resident memory"] = s_before with { Resident = 110.1 * MiB },
        ["managed heap"] = s_before with { Heap = 7.1 * MiB },
        ["open descriptors"] = s_before with { Descriptors = 255 },
        ["threads"] = s_before with { Threads = 33 },
        ["connections"] = s_before with { Connections = 1 },
        ["users"] = s_before with { Users = 1 },
        ["rooms"] = s_before with { Rooms = 1 },
        ["memberships"] = s_before with { Members = 1 },
        ["bytes in queues"] = s_before with { Queued = 1 },
        ["frames and queues"] = s_before with { Rented = 1 },
        ["bytes that rooms remember"] = s_before with { History = 1 },
        ["the controller knows"] = s_before with { Controlled = 1 },
        ["faults"] = s_before with { Faults = 1 },
    };

    [Fact]
    public void A_server_that_ends_as_it_began_breaches_nothing()
    {
        SoakReport report = Report();
        SoakJudge.CompareRest(report, s_before, s_before, 8);

        Assert.True(report.Holds);
        Assert.Empty(report.Breaches());
    }

    [Fact]
    public void Each_value_that_has_grown_is_one_breach_that_names_it() => Assert.All(s_grown, grown =>
    {
        SoakReport report = Report();
        SoakJudge.CompareRest(report, s_before, grown.Value, 8);

        Assert.False(report.Holds);
        Assert.Contains(grown.Key, Assert.Single(report.Breaches()), StringComparison.Ordinal);
    });

    [Fact]
    public void Memory_within_its_tolerance_is_no_breach()
    {
        ServerSample after = s_before with { Resident = 109.9 * MiB, Heap = 6.9 * MiB, Descriptors = 254, Threads = 32 };

        Assert.True(SoakJudge.IsAtRest(s_before, after, 8));
        Assert.False(SoakJudge.IsAtRest(s_before, after with { Rooms = 1 }, 8));
        Assert.True(SoakJudge.IsAtRest(s_before, after with { Resident = 119 * MiB }, 20));
    }

    [Theory]
    [InlineData(10_000, 1, 0, 499, null)]
    [InlineData(10_000, 3, 0, 499, "steps that failed")]
    [InlineData(10_000, 0, 1, 499, "lost, repeated or out of order")]
    [InlineData(10_000, 0, 0, 501, "p99 of say")]
    [InlineData(0, 0, 0, 0, "went well")]
    public void A_scenario_is_held_against_its_thresholds(long ok, long failed, long disorder, double p99, string? breach)
    {
        SoakReport report = Report();
        SoakJudge.Judge(report, new Quiet(), new ScenarioResult("quiet", disorder, new Dictionary<string, long>(), [new StepResult("say", ok, failed, 1, p99, p99, p99)]), 60);

        Assert.Equal(breach is null, report.Holds);
        Assert.Equal(breach is null ? 0 : 1, report.Breaches().Count(line => line.Contains(breach ?? "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Growth_an_hour_is_the_slope_after_the_beginning()
    {
        SoakPoint[] points = [.. Enumerable.Range(0, 100).Select(i => new SoakPoint(new ServerSample { Second = i * 36, Heap = i < 50 ? 1000 : i }, []))];

        Assert.Equal(100, SoakJudge.Slope(points, 50 * 36, sample => sample.Heap), 1e-6);
        Assert.Equal(0, SoakJudge.Slope(points, 4000, sample => sample.Heap));
    }

    private static SoakReport Report() => new() { Machine = "", Hours = 1, Scale = 1, What = new Dictionary<string, string>() };

    private sealed class Quiet : SoakScenario
    {
        public override string Name => "quiet";

        public override string What => "";

        public override double MostFailedShare => 0.0002;

        public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.Keep(1));

        public override Task RunAsync(SoakUser me) => Task.CompletedTask;
    }
}
