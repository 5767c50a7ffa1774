using System.Diagnostics;
using System.Globalization;

namespace Node.Tests.Hub;

/// <summary>Alone: it counts envelopes, of which the process has one count.</summary>
[CollectionDefinition(nameof(HubSimulationTests), DisableParallelization = true)]
[Collection(nameof(HubSimulationTests))]
public class HubSimulationTests
{
    private const int Steps = 50;
    private const int MaxSeeds = 3000;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same seeds every time, so that a red run means a change. HUB_SEED=n plays one again; HUB_SEEDS=from-to goes further.
    /// </summary>
    [Fact]
    public void Whatever_loops_kernels_and_clients_do_everybody_is_told_what_it_must_be_told()
    {
        (int first, int last) = Seeds();
        long started = Stopwatch.GetTimestamp();
        for (int seed = first; seed <= last; seed++)
        {
            try
            {
                using var simulation = new HubSimulation(seed);
                simulation.Run(Steps);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed} fails; play it again with HUB_SEED={seed}", exception);
            }

            if (last == MaxSeeds && Stopwatch.GetElapsedTime(started) > Budget)
            {
                TestContext.Current.SendDiagnosticMessage($"{seed} seeds");
                break;
            }
        }
    }

    private static (int First, int Last) Seeds()
    {
        if (Environment.GetEnvironmentVariable("HUB_SEED") is { } one)
        {
            int seed = int.Parse(one, CultureInfo.InvariantCulture);
            return (seed, seed);
        }

        return Environment.GetEnvironmentVariable("HUB_SEEDS")?.Split('-') is [{ } from, { } to]
            ? (int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture))
            : (1, MaxSeeds);
    }
}
