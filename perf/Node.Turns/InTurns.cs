using System.Diagnostics;

namespace Node.Turns;

/// <summary>What one launch found of one benchmark. A side that does not have it is missing; the ratio is head's CPU to base's, where both ran.</summary>
internal sealed record Report(string Name, double? Ratio, Measured? Base, Measured? Head);

/// <summary>
/// One benchmark of two commits in turns of some milliseconds, in one process on one thread: whatever else the machine does falls on both.
/// Each pair of turns has a ratio, the median of those counts; who begins changes from pair to pair.
/// </summary>
internal static class InTurns
{
    public const string Base = "base";
    public const string Head = "head";

    private const int Pairs = 16;
    private const double TurnNanoseconds = 10e6;
    private const int MostPilotMs = 1000;

    /// <param name="first">Which is set up and compiled first: later code finds the framework's types initialised, and is better for it.</param>
    public static Report Measure(string name, Side first, Side second)
    {
        var runners = new Dictionary<string, Runner>();
        foreach (Side side in (Side[])[first, second])
        {
            if (side.Find(name) is { } benchmark)
            {
                runners.Add(side.Name, new Runner(benchmark));
            }
        }

        GC.Collect();
        int calls = Pilot(runners.Values);
        for (int pair = 0; pair < Pairs; pair++)
        {
            foreach (Runner runner in pair % 2 == 0 ? runners.Values : runners.Values.Reverse())
            {
                runner.Turn(calls);
            }
        }

        Runner? head = runners.GetValueOrDefault(Head);
        Runner? before = runners.GetValueOrDefault(Base);
        double? ratio = head is { Runs: true } && before is { Runs: true }
            ? Median.Of(head.Costs.Zip(before.Costs, (now, then) => now.Nanoseconds / then.Nanoseconds))
            : null;
        return new Report(name, ratio, before?.End(), head?.End());
    }

    // How many calls make a turn; it warms up as well, and the first try of each size may compile. A call that mostly waits takes no CPU, so time
    // bounds it, too.
    private static int Pilot(IReadOnlyCollection<Runner> runners)
    {
        for (int calls = 1; ; calls *= 2)
        {
            long from = Stopwatch.GetTimestamp();
            double time = runners.Max(runner => Math.Min(runner.Try(calls), runner.Try(calls)));
            if (time >= TurnNanoseconds / 2 || Stopwatch.GetElapsedTime(from).TotalMilliseconds > MostPilotMs || !runners.Any(runner => runner.Runs))
            {
                return (int)Math.Max(1, calls * TurnNanoseconds / Math.Max(time, TurnNanoseconds / 2));
            }
        }
    }
}
