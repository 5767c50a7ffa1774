using Node.Load.Reports;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>What a run has found out.</summary>
internal sealed class MillionReport : RunReport
{
    public required int Connections { get; init; }
    public required int Nodes { get; init; }
    public required int Processes { get; init; }

    /// <summary>One a second.</summary>
    public List<MachineSample> Samples { get; } = [];

    /// <summary>Quantiles in percent and milliseconds, by what was pushed.</summary>
    public Dictionary<string, List<double[]>> Latencies { get; } = [];

    /// <summary>Seconds that each server's garbage collector has held it up, and how often it collected.</summary>
    public Dictionary<string, double[]> Pauses { get; } = [];
}
