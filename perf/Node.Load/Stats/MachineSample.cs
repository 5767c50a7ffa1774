using System.Globalization;

namespace Node.Load.Stats;

/// <summary>What the kernel says of the machine's memory at one moment, in bytes, and of CPU time, in seconds.</summary>
internal sealed record MachineSample
{
    private const double TicksPerSecond = 100;

    public double Second { get; init; }
    public long Connections { get; init; }
    public long Total { get; init; }

    /// <summary>What cannot be given to others: total less available.</summary>
    public long Used { get; init; }
    public long Available { get; init; }
    public long Slab { get; init; }
    public long PageTables { get; init; }

    /// <summary>Of all servers, resident; 0 where it was not looked at.</summary>
    public long Servers { get; init; }

    /// <summary>CPU seconds that all processors were busy.</summary>
    public double Busy { get; init; }

    public static MachineSample Take(double second, long connections, long servers)
    {
        var memory = File.ReadLines("/proc/meminfo").Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => 1024 * long.Parse(words[1], CultureInfo.InvariantCulture));
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new MachineSample
        {
            Second = second,
            Connections = connections,
            Total = memory["MemTotal"],
            Available = memory["MemAvailable"],
            Used = memory["MemTotal"] - memory["MemAvailable"],
            Slab = memory["Slab"],
            PageTables = memory["PageTables"],
            Servers = servers,
            Busy = (ticks.Take(8).Sum() - ticks[3] - ticks[4]) / TicksPerSecond,
        };
    }
}
