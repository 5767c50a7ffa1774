using System.Diagnostics;
using System.Globalization;

namespace Node.Tests.Simulation;

public class TransportSimulationTests
{
    private const int Turns = 150;
    private const int MaxSeeds = 3000;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same seeds every time, so that a red run means a change. TRANSPORT_SEED=n plays one again; TRANSPORT_SEEDS=from-to
    /// goes further.
    /// </summary>
    [Fact]
    public void Whatever_the_kernel_and_the_peers_do_the_rules_hold()
    {
        (int first, int last) = Seeds();
        long started = Stopwatch.GetTimestamp();
        for (int seed = first; seed <= last; seed++)
        {
            try
            {
                using var simulation = new TransportSimulation(seed);
                simulation.Run(Turns);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed} fails; play it again with TRANSPORT_SEED={seed}", exception);
            }

            if (last == MaxSeeds && Stopwatch.GetElapsedTime(started) > Budget)
            {
                break;
            }
        }
    }

    private static (int First, int Last) Seeds()
    {
        if (Environment.GetEnvironmentVariable("TRANSPORT_SEED") is { } one)
        {
            int seed = int.Parse(one, CultureInfo.InvariantCulture);
            return (seed, seed);
        }

        if (Environment.GetEnvironmentVariable("TRANSPORT_SEEDS")?.Split('-') is [{ } from, { } to])
        {
            return (int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture));
        }

        return (1, MaxSeeds);
    }
}
