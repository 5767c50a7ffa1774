using System.Diagnostics;
using System.Globalization;
using Node.Load.Run;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>
/// Looks at a run while it goes on: what the load processes count, memory, whether everything lives. Every wait of a run is one on this, so that a
/// run that cannot go on ends at once. One thread at a time.
/// </summary>
internal sealed class MillionWatch(Fleet fleet, IReadOnlyList<CrowdProcess> crowd, MillionReport report, CancellationToken cancel)
{
    private const int LookMs = 200;
    private const int TellSeconds = 2;

    /// <summary>Below it the machine is about to run out: the run is stopped before the kernel picks whom to end.</summary>
    private const long LeastAvailable = 700L * 1024 * 1024;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly HashSet<int> _expected = [];
    private double _toldAt;
    private double _sampledAt = -1;
    private long _readyWhenTold;

    public CrowdCounts Counts { get; private set; } = new();

    public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>CPU seconds of all servers so far.</summary>
    public double ServerCpuSeconds => fleet.All.Sum(part => part.CpuSeconds);

    /// <summary>That it ends is wanted.</summary>
    public void Expect(int node) => _expected.Add(node);

    /// <summary>Waits until something holds.</summary>
    /// <param name="what">Named where it does not come about.</param>
    /// <param name="holds">Asked several times a second.</param>
    /// <param name="within">How long it may take; at its end the run goes on, with false.</param>
    /// <exception cref="InvalidOperationException">The run cannot go on.</exception>
    public async Task<bool> UntilAsync(string what, Func<CrowdCounts, bool> holds, TimeSpan within)
    {
        long from = Stopwatch.GetTimestamp();
        while (true)
        {
            Look(what);
            if (holds(Counts))
            {
                return true;
            }

            if (Stopwatch.GetElapsedTime(from) > within)
            {
                return false;
            }

            await Task.Delay(LookMs, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Waits so long.</summary>
    public Task HoldAsync(string what, TimeSpan time)
    {
        long from = Stopwatch.GetTimestamp();
        return UntilAsync(what, _ => Stopwatch.GetElapsedTime(from) >= time, TimeSpan.MaxValue);
    }

    private void Look(string what)
    {
        cancel.ThrowIfCancellationRequested();
        Counts = CrowdCounts.Sum([.. crowd.Select(process => process.Counts)]);
        if (Seconds - _sampledAt < 1)
        {
            return;
        }

        _sampledAt = Seconds;
        MachineSample sample = MachineSample.Take(Seconds, Counts.Ready, fleet.Servers.Sum(part => Resident(part.Pid)));
        report.Samples.Add(sample);
        if (sample.Available < LeastAvailable)
        {
            throw new InvalidOperationException(
                $"only {sample.Available >> 20} MiB of memory are left at {Counts.Ready} connections: stopped before the machine runs out; use fewer --connections");
        }

        if (fleet.Ended(_expected) is { } ended)
        {
            throw new InvalidOperationException($"{ended.Name} has ended: {ended.Tail}");
        }

        if (Seconds - _toldAt >= TellSeconds)
        {
            Tell(what, sample);
        }
    }

    private void Tell(string what, MachineSample sample)
    {
        double rate = (Counts.Ready - _readyWhenTold) / (Seconds - _toldAt);
        (_toldAt, _readyWhenTold) = (Seconds, Counts.Ready);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Seconds,6:F0} s  {what,-24} {Counts.Ready,9:N0} connections {rate,8:+0;-0;0}/s  opening {Counts.Opening}, failed {Counts.Failed}, lost {Counts.Lost}"
            + $"  servers {sample.Servers >> 20} MiB, slab {sample.Slab >> 20}, machine {sample.Used >> 20}"));
    }

    // Not smaps_rollup: that walks the page tables of every server, every second.
    private static long Resident(int pid)
    {
        try
        {
            return Environment.SystemPageSize * long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
