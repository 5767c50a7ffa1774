using Node.Load.Stats;

namespace Node.Load.Soak;

/// <summary>How often a step of a scenario was made, and how long it took. Load thread only.</summary>
internal sealed class StepStats(string name)
{
    public string Name { get; } = name;

    public long Ok { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Since the last look, since the last point of the report, and since the beginning without these two.</summary>
    public LatencyHistogram Second { get; } = new();

    public LatencyHistogram Point { get; } = new();

    public LatencyHistogram All { get; } = new();

    public void Count() => Ok++;

    /// <summary>One that went well and took so long.</summary>
    public void Record(long nanoseconds)
    {
        Ok++;
        Second.Record(nanoseconds);
    }

    public void Fail() => Failed++;

    public void EndSecond()
    {
        Point.Add(Second);
        Second.Clear();
    }

    public void EndPoint()
    {
        All.Add(Point);
        Point.Clear();
    }

    public void Clear()
    {
        (Ok, Failed) = (0, 0);
        Second.Clear();
        Point.Clear();
        All.Clear();
    }
}
