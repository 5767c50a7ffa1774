using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Node.Load.Run;

namespace Node.Load.Compare;

/// <summary>
/// Measures every row on every server, round by round, each cell on a freshly started server, so that a slow hour of
/// the machine is spread over all of them.
/// </summary>
internal sealed class Comparison : IDisposable
{
    private readonly CompareOptions _options;
    private readonly ComparePlan _plan;
    private readonly CompareBounds _bounds;
    private readonly CompareServer[] _servers;
    private readonly CompareRow[] _rows;
    private readonly string _root;
    private readonly TestCertificate _certificate = new();

    /// <exception cref="InvalidOperationException">The plan cannot be read.</exception>
    /// <exception cref="ArgumentException">A row or server of that name is not in it.</exception>
    public Comparison(CompareOptions options)
    {
        _options = options;
        _root = FindRoot();
        _plan = ComparePlan.Read(options.Plan ?? Path.Combine(_root, "perf", "compare.json"));
        _bounds = options.Quick ? _plan.Quick : _plan.Full;
        _rows = Pick(_plan.Rows, row => row.Name, options.Rows);
        string[]? names = options.Servers is null ? null : [.. _rows.Select(BaselineOf), .. options.Servers];
        _servers = [.. Pick(_plan.Servers, server => server.Name, names).Where(IsBuilt)];
    }

    public async Task<int> RunAsync()
    {
        int rounds = _options.Rounds ?? _bounds.Rounds;
        var result = new CompareResult
        {
            Machine = $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} CPUs, " +
                $".NET {Environment.Version}",
            StartedAt = DateTimeOffset.UtcNow,
            Quick = _options.Quick,
        };
        foreach (CompareRow row in _rows)
        {
            result.Rows.Add(new RowResult { Row = row });
        }

        for (int round = 1; round <= rounds; round++)
        {
            foreach (RowResult row in result.Rows)
            {
                await RunRowAsync(row, round).ConfigureAwait(false);
            }

            // After each: who ends it early keeps what is there.
            result.Rounds = round;
            await WriteAsync(result).ConfigureAwait(false);
        }

        return result.Rows.Any(row => row.Cells.Any(cell => cell.Faults.Count > 0)) ? 3 : 0;
    }

    public void Dispose() => _certificate.Dispose();

    private string BaselineOf(CompareRow row) => row.Baseline ?? _plan.Baseline;

    private async Task RunRowAsync(RowResult result, int round)
    {
        double? baseline = null;
        string baselineName = BaselineOf(result.Row);
        IEnumerable<CompareServer> servers = _servers.Select(server => server.For(result.Row)).OfType<CompareServer>();
        foreach (CompareServer server in servers.OrderBy(server => server.Name != baselineName))
        {
            CellResult? cell = result.Cells.Find(cell => cell.Server == server.Name);
            if (cell is null)
            {
                cell = new CellResult { Server = server.Name, Title = server.Title };
                result.Cells.Add(cell);
            }

            double? value = await RunCellAsync(result.Row, server, cell).ConfigureAwait(false);
            baseline = server.Name == baselineName ? value : baseline;
            double? ratio = value / baseline;
            cell.Values.Add(value);
            cell.Ratios.Add(ratio);
            string bottleneck = cell.Reports.LastOrDefault()?.Bottleneck ?? "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}  {result.Row.Name,-13} {server.Name,-10} {value,10:F2} {result.Row.Unit,-3} ") +
                string.Create(CultureInfo.InvariantCulture, $"{ratio,7:F2} x  {bottleneck}  {cell.Remarks}"));
        }
    }

    private async Task<double?> RunCellAsync(CompareRow row, CompareServer server, CellResult cell)
    {
        try
        {
            string cpus = _options.ServerCpus ?? _plan.ServerCpus;
            ServerProcess process = await ServerProcess.StartAsync(server, Fill, cpus).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                LoadReport report = await new Coordinator(row.Scenario, ArgumentsFor(row, server, process))
                    .RunAsync().ConfigureAwait(false);
                cell.Reports.Add(report);
                using JsonDocument fields = JsonDocument.Parse(report.ToJson());
                return fields.RootElement.GetProperty(row.Metric).GetDouble();
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or HttpRequestException)
        {
            cell.Faults.Add(fault.Message);
            return null;
        }
    }

    private string[] ArgumentsFor(CompareRow row, CompareServer server, ServerProcess process)
    {
        var arguments = new List<string>(_bounds.Arguments);
        arguments.AddRange(row.Arguments);
        arguments.AddRange(server.Arguments);
        arguments.AddRange(server.Paths[row.Path]);
        arguments.AddRange(["--server", $"127.0.0.1:{process.Port}", "--pid", $"{process.Pid}"]);
        string cpus = _options.LoadCpus ?? _plan.LoadCpus;
        if (cpus.Length > 0)
        {
            arguments.AddRange(["--cpus", cpus]);
        }

        if (row.Scenario == "idle" && server.GcPath is string path)
        {
            arguments.AddRange(["--gc-url", $"http://127.0.0.1:{process.Port}{path}"]);
        }

        return [.. arguments];
    }

    private string Fill(string text, int port) => text
        .Replace("{root}", _root, StringComparison.Ordinal)
        .Replace("{port}", $"{port}", StringComparison.Ordinal)
        .Replace("{cert}", _certificate.CertificateFile, StringComparison.Ordinal)
        .Replace("{key}", _certificate.KeyFile, StringComparison.Ordinal);

    private async Task WriteAsync(CompareResult result)
    {
        string folder = _options.Out ?? Path.Combine(_root, ".artifacts", "perf");
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, _options.Quick ? "quick" : "compare");
        await File.WriteAllTextAsync(file + ".json", result.ToJson()).ConfigureAwait(false);
        await File.WriteAllTextAsync(file + ".html", ComparePage.Draw(result, BaselineOf)).ConfigureAwait(false);
        Console.WriteLine($"{file}.json and .html");
    }

    private bool IsBuilt(CompareServer server)
    {
        string[] files = [.. server.Command
            .Where(part => part.Contains("{root}", StringComparison.Ordinal))
            .Select(part => part.Replace("{root}", _root, StringComparison.Ordinal))];
        string? missing = IsInstalled(server.Command[0]) ? files.FirstOrDefault(file => !File.Exists(file)) : server.Command[0];
        if (missing is not null)
        {
            string file = Path.IsPathRooted(missing) ? Path.GetRelativePath(_root, missing) : missing;
            Console.WriteLine($"{server.Name} is left out: no {file}; run perf/build.sh.");
        }

        return missing is null;
    }

    /// <summary>A program without a folder is one of the system's.</summary>
    private static bool IsInstalled(string program) => program.Contains('/', StringComparison.Ordinal) ||
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static T[] Pick<T>(T[] all, Func<T, string> nameOf, string[]? wanted)
    {
        string? unknown = wanted?.FirstOrDefault(name => !all.Select(nameOf).Contains(name));
        return unknown is null
            ? [.. all.Where(item => wanted is null || wanted.Contains(nameOf(item)))]
            : throw new ArgumentException($"There is no {unknown}; there are {string.Join(", ", all.Select(nameOf))}.");
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Node.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("compare runs from a checkout: no Node.sln above the program.");
    }
}
