using System.Globalization;
using System.Text;

namespace Node.Load.Soak;

/// <summary>The live table: drawn over itself every second on a terminal, a line every ten seconds where the output goes elsewhere.</summary>
internal sealed class SoakConsole(bool isTerminal)
{
    private const double MiB = 1024 * 1024;
    private const double LineSeconds = 10;
    private const string Clear = "\x1b[0J";

    private IReadOnlyList<ScenarioNow> _before = [];
    private ServerSample? _server;
    private double _toldAt = double.NegativeInfinity;
    private int _drawn;

    /// <summary>A line that stays.</summary>
    public void Say(string line)
    {
        Console.WriteLine(line);
        _drawn = 0;
    }

    /// <summary>A new part of the run: rates begin anew.</summary>
    public void Begin(string what)
    {
        (_before, _server, _toldAt) = ([], null, double.NegativeInfinity);
        Say(what);
    }

    /// <summary>Called once a second.</summary>
    /// <param name="left">Seconds until this part ends.</param>
    /// <param name="scenarios">All of them.</param>
    /// <param name="server">At this moment.</param>
    public void Show(double left, IReadOnlyList<ScenarioNow> scenarios, ServerSample server)
    {
        if (!isTerminal && server.Second - _toldAt < LineSeconds)
        {
            return;
        }

        double seconds = _server is null ? 1 : Math.Max(1e-3, server.Second - _server.Second);
        Console.Write(isTerminal ? Table(left, seconds, scenarios, server) : Line(left, seconds, scenarios, server));
        (_before, _server, _toldAt) = (scenarios, server, server.Second);
    }

    private double Rate(int scenario, IReadOnlyList<ScenarioNow> now, double seconds) =>
        (now[scenario].Ok - (scenario < _before.Count ? _before[scenario].Ok : 0)) / seconds;

    private string Table(double left, double seconds, IReadOnlyList<ScenarioNow> scenarios, ServerSample server)
    {
        var table = new StringBuilder(_drawn > 0 ? $"\x1b[{_drawn}A{Clear}" : "");
        Write(table, $"{"scenario",-12}{"users",8}{"ok/s",10}{"failed",9}{"p50 ms",10}{"p99 ms",10}\n");
        for (int i = 0; i < scenarios.Count; i++)
        {
            ScenarioNow now = scenarios[i];
            Write(table, $"{now.Scenario,-12}{now.Users,8:N0}{Rate(i, scenarios, seconds),10:N0}{now.Failed,9:N0}{now.P50,10:N2}{now.P99,10:N2}\n");
        }

        Write(table, $"server: {server.Resident / MiB:N0} MiB, heap {server.Heap / MiB:N1} MiB, {Cpus(server):N2} CPUs, {server.Descriptors:N0} descriptors\n");
        Write(table, $"        {server.Connections:N0} connections, {server.Rooms:N0} rooms\n");
        Write(table, $"        {server.Queued / 1024:N0} KiB in queues, {server.Rented:N0} out of pools, dropped {server.DroppedOldest + server.DroppedConflated + server.DroppedAtClose:N0}\n");
        Write(table, $"{TimeSpan.FromSeconds(Math.Max(0, left)):hh\\:mm\\:ss} left; Ctrl-C ends the load\n");
        _drawn = scenarios.Count + 5;
        return table.ToString();
    }

    private string Line(double left, double seconds, IReadOnlyList<ScenarioNow> scenarios, ServerSample server)
    {
        var line = new StringBuilder();
        Write(line, $"{server.Second,7:F0} s, {left:F0} left: ");
        for (int i = 0; i < scenarios.Count; i++)
        {
            ScenarioNow now = scenarios[i];
            Write(line, $"{now.Scenario} {now.Users} users {Rate(i, scenarios, seconds):F0}/s failed {now.Failed} p99 {now.P99:F1} | ");
        }

        Write(line, $"server {server.Resident / MiB:F0} MiB, heap {server.Heap / MiB:F1}, {Cpus(server):F2} CPUs, {server.Descriptors:F0} descriptors, ");
        Write(line, $"{server.Queued / 1024:F0} KiB queued, {server.Rented:F0} rented\n");
        return line.ToString();
    }

    private double Cpus(ServerSample server) => _server is null ? 0 : server.CpusSince(_server);

    private static void Write(StringBuilder target, FormattableString text) => target.Append(text.ToString(CultureInfo.InvariantCulture));
}
