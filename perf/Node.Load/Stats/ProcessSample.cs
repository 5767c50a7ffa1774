using System.Globalization;

namespace Node.Load.Stats;

/// <summary>What the kernel says of a process at one moment, read from /proc.</summary>
internal sealed class ProcessSample
{
    private const double TicksPerSecond = 100;

    private readonly Dictionary<string, (long Run, long Wait)> _threads = [];
    private readonly double _tickSeconds;

    private ProcessSample(int pid)
    {
        // The name in field 2 may hold spaces: count from the last parenthesis.
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        _tickSeconds = (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
        foreach (string thread in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                string[] times = File.ReadAllText($"{thread}/schedstat").Split(' ');
                _threads[thread] = (Parse(times[0]), Parse(times[1]));
            }
            catch (IOException)
            {
                // The thread ended between the listing and the reading.
            }
        }
    }

    /// <exception cref="IOException">There is no such process.</exception>
    public static ProcessSample Take(int pid) => new(pid);

    /// <summary>
    /// CPU seconds of all threads since <paramref name="earlier"/>. To the nanosecond from schedstat while no thread
    /// has ended in between; otherwise utime + stime, which count ended threads too, in steps of 10 ms.
    /// </summary>
    public double CpuSecondsSince(ProcessSample earlier)
    {
        if (_threads.Count == 0 || earlier._threads.Keys.Any(thread => !_threads.ContainsKey(thread)))
        {
            return _tickSeconds - earlier._tickSeconds;
        }

        return (_threads.Values.Sum(times => times.Run) - earlier._threads.Values.Sum(times => times.Run)) / 1e9;
    }

    /// <summary>Seconds that threads were ready to run and did not get a CPU: others were in the way.</summary>
    public double WaitSecondsSince(ProcessSample earlier) => Math.Max(
        0, (_threads.Values.Sum(times => times.Wait) - earlier._threads.Values.Sum(times => times.Wait)) / 1e9);

    /// <summary>Resident bytes, summed from the page tables: status lags behind by what each CPU has batched.</summary>
    public static long ReadResidentBytes(int pid)
    {
        foreach (string line in File.ReadLines($"/proc/{pid}/smaps_rollup"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                return Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
            }
        }

        throw new IOException($"No Rss line in /proc/{pid}/smaps_rollup.");
    }

    private static long Parse(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
