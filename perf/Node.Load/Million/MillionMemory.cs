using Node.Load.Run;
using Node.Load.Stats;

namespace Node.Load.Million;

/// <summary>Memory of the servers before and after the crowd came, and what their garbage collectors have cost.</summary>
internal sealed class MillionMemory
{
    private const double MiB = 1024 * 1024;
    private const string PauseMetric = "dotnet_gc_pause_time_seconds_total";
    private const string CollectionsMetric = "dotnet_gc_collections_total";

    private readonly Fleet _fleet;
    private readonly MillionReport _report;
    private readonly Dictionary<ServerPart, (long Resident, long Share)> _before;
    private readonly MachineSample _machine;
    private readonly long _usedAtStart;

    /// <param name="fleet">Empty yet, and at rest.</param>
    /// <param name="report">Takes what is found.</param>
    /// <param name="usedAtStart">Bytes in use before anything was started.</param>
    public MillionMemory(Fleet fleet, MillionReport report, long usedAtStart)
    {
        (_fleet, _report, _usedAtStart) = (fleet, report, usedAtStart);
        _before = fleet.Servers.ToDictionary(part => part, Memory);
        _machine = MachineSample.Take(0, 0, 0);
    }

    public void AddTo(int connections, double perConnection, double baseMiB, double machineMiB)
    {
        Dictionary<ServerPart, (long Resident, long Share)> after = _fleet.Servers.ToDictionary(part => part, Memory);
        double Grown(IEnumerable<ServerPart> parts) => parts.Sum(part => (double)after[part].Resident - _before[part].Resident);
        MachineSample machine = MachineSample.Take(0, 0, 0);
        _report.AtMost("memory", "a connect-node at rest, its share (PSS), most", _fleet.Nodes.Max(node => _before[node].Share) / MiB, "MiB", baseMiB);
        _report.Add("memory", "a connect-node at rest, resident (RSS), most", _fleet.Nodes.Max(node => _before[node].Resident) / MiB, "MiB");
        _report.AtMost("memory", "all servers above that, a connection", Grown(_fleet.Servers) / connections, "B", perConnection);
        _report.Add("memory", "of it connect-nodes", Grown(_fleet.Nodes) / connections, "B");
        foreach (ServerPart manager in _fleet.Managers)
        {
            _report.Add("memory", "of it " + manager.Name, Grown([manager]) / connections, "B");
        }

        _report.Add("memory", "kernel slab above rest, a connection", (machine.Slab - (double)_machine.Slab) / connections, "B");
        _report.AtMost("memory", "machine, above what was used before", (machine.Used - _usedAtStart) / MiB, "MiB", machineMiB);
        _report.Add("memory", "machine, all in use", machine.Used / MiB, "MiB");
    }

    /// <summary>Asks every server for the time that its garbage collector has held it up.</summary>
    public async Task AddPausesAsync(CancellationToken cancel)
    {
        using var http = new HttpClient();
        foreach (ServerPart part in _fleet.Servers.Where(part => !part.HasEnded))
        {
            var metrics = new MetricsText(await http.GetStringAsync(new Uri(part.Health, "/metrics"), cancel).ConfigureAwait(false));
            _report.Pauses[part.Name] = [metrics.Sum(PauseMetric), metrics.Sum(CollectionsMetric)];
        }

        _report.Add("gc", "pauses of a connect-node, all, most", _fleet.Nodes.Where(node => !node.HasEnded).Max(node => _report.Pauses[node.Name][0]) * 1000, "ms");
        _report.Add("gc", "mean pause of a connect-node", Mean(_fleet.Nodes.Where(node => !node.HasEnded)), "ms");
        foreach (ServerPart manager in _fleet.Managers)
        {
            _report.Add("gc", "mean pause of " + manager.Name, Mean([manager]), "ms");
        }
    }

    private double Mean(IEnumerable<ServerPart> parts)
    {
        double[][] pauses = [.. parts.Select(part => _report.Pauses[part.Name])];
        return pauses.Sum(pause => pause[0]) * 1000 / Math.Max(1, pauses.Sum(pause => pause[1]));
    }

    private static (long Resident, long Share) Memory(ServerPart part) => (part.Memory("Rss"), part.Memory("Pss"));
}
