using System.Diagnostics;
using Node.Tests.Cluster.Processes;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Dashboards;

/// <summary>
/// Every query of every panel and every rule, asked of a real Prometheus that scrapes a real cluster at work, as the example configuration
/// says: a panel without data would tell somebody on call that all is well.
/// </summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class PanelTests
{
    private const string Window = "5s";

    /// <summary>What may be without data while all is well, and why.</summary>
    private static readonly Dictionary<string, string> MayBeEmpty = new()
    {
        ["ALERTS"] = "nothing is wrong",
        ["health_away"] = "nothing is away",
        ["instance:node_tls_handshakes_failed:ratio_rate5m"] = "a share of no handshakes, without TLS",
        ["exporter_folded_recordings_total"] = "nothing has too many label sets",
    };

    [Fact]
    public async Task Every_query_has_data_and_every_metric_exists()
    {
        Assert.SkipUnless(LoadGenerator.IsBuilt && ClusterProcess.IsBuilt("Node.Biz"), "Node.Load or Node.Biz is not built");
        int bizPort = FreePorts.Next();
        await using var biz = new ClusterProcess("biz", "Node.Biz", ProcessPlace.Here, ("BIZ_PORT", $"{bizPort}"));
        biz.Start();
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 3, Managers: 2)
        {
            Stores = true, Environment = [("UPSTREAM_URL", $"http://127.0.0.1:{bizPort}/upstream")],
        });
        ClusterProcess web = cluster.StartWeb();
        await using LoadGenerator load = LoadGenerator.Start(
            "rooms", "--hub", "--server", $"127.0.0.1:{cluster.Nodes[0].HttpPort}", "--push", cluster.Managers[0].GrpcAddress,
            "--connections", "200", "--room-size", "20", "--payload", "64", "--rate", "400");
        await using LoadGenerator members = LoadGenerator.Start(
            "rooms", "--hub", "--server", $"127.0.0.1:{cluster.Nodes[1].HttpPort}", "--room", "other",
            "--connections", "200", "--room-size", "20", "--payload", "64", "--rate", "400");
        await using LoadGenerator guests = LoadGenerator.Start(
            "handshake", "--server", $"127.0.0.1:{cluster.Nodes[0].HttpPort}", "--path", "/ws?user=guest", "--connections", "5", "--rate", "10");
        await using PrometheusServer prometheus = PrometheusServer.Start(ConfigurationFor(cluster, web, bizPort, load));
        using var http = new HttpClient();
        (await http.GetAsync(new Uri($"http://127.0.0.1:{cluster.Nodes[0].HttpPort}/nowhere"))).Dispose();

        (string Where, string Query)[] queries =
        [
            .. DashboardFile.All.SelectMany(file => file.Panels).SelectMany(panel => panel.Queries(Window).Select(query => ($"{panel}", query))),
            .. RuleFile.Recorded,
            .. RuleFile.Alerts.Select(alert => (alert.Name, RuleFile.Compared(alert.Expression))),
        ];
        try
        {
            await PrometheusServer.UntilAsync(() => FindEmptyAsync(prometheus, queries));
            HashSet<string> names = await prometheus.MetricNamesAsync();
            Assert.All(
                queries.SelectMany(query => DashboardFile.MetricsIn(query.Query)).Distinct().Where(name => !MayBeEmpty.ContainsKey(name)),
                name => Assert.Contains(name, names));

            // A line needs more points than a query needs for a value.
            await PrometheusServer.UntilAsync(() => DrawAsync(prometheus));
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.Message}\n{cluster.Logs()}", error);
        }
    }

    /// <summary>The example's own text, with the ports of these processes and a shorter interval.</summary>
    private static string ConfigurationFor(ClusterProcesses cluster, ClusterProcess web, int bizPort, LoadGenerator load)
    {
        (int Example, int Here)[] ports =
        [
            (9091, cluster.Nodes[0].MetricsPort), (9191, cluster.Nodes[1].MetricsPort), (9291, cluster.Nodes[2].MetricsPort),
            (9093, cluster.Managers[0].MetricsPort), (9193, cluster.Managers[1].MetricsPort), (9090, cluster.Controllers[0].MetricsPort),
            (8086, web.HttpPort), (8082, bizPort),
        ];
        string text = File.ReadAllText(Path.Combine(DashboardFile.Folder, "prometheus.yml"));
        foreach ((int example, int here) in ports)
        {
            string target = $"[\"127.0.0.1:{example}\"]";
            Assert.Contains(target, text, StringComparison.Ordinal);
            text = text.Replace(target, $"[\"127.0.0.1:{here}\"]", StringComparison.Ordinal);
        }

        text = text.Replace("_interval: 5s", "_interval: 1s", StringComparison.Ordinal)
            .Replace("rule_files: [rules.yml]", $"rule_files: [\"{RuleFile.Rules}\"]", StringComparison.Ordinal);

        // A worker has the port of its parent.
        return $"{text}\n  - job_name: load\n    static_configs: [{{ targets: [\"127.0.0.1:{load.MetricsPort}\"], labels: {{ instance: load }} }}]\n";
    }

    /// <summary>The pages of render.mjs, without a browser to take pictures of them.</summary>
    /// <returns>Which of them has a panel without data; null: none.</returns>
    private static async Task<string?> DrawAsync(PrometheusServer prometheus)
    {
        using var folder = new TestFolder();
        using Process draw = Process.Start(new ProcessStartInfo("node",
        [
            Path.Combine(DashboardFile.Folder, "render.mjs"), "--prometheus", prometheus.Address.GetLeftPart(UriPartial.Authority), "--out", folder.Root,
            "--minutes", "0.5", "--scrape", "1", "--browser", "/bin/true",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = draw.StandardOutput.ReadToEndAsync();
        string said = await draw.StandardError.ReadToEndAsync() + await output;
        await draw.WaitForExitAsync();
        Assert.True(draw.ExitCode == 0, said);
        foreach (DashboardFile file in DashboardFile.All)
        {
            string page = await File.ReadAllTextAsync(folder.At($"{file.Name}.html"));
            Assert.All(file.Panels, panel => Assert.Contains($">{panel.Title}<", page, StringComparison.Ordinal));
            if (page.Contains("No data", StringComparison.Ordinal))
            {
                return $"{file.Name}.html has a panel without data";
            }
        }

        return null;
    }

    /// <summary>The first queries that have no data though they should.</summary>
    private static async Task<string?> FindEmptyAsync(PrometheusServer prometheus, (string Where, string Query)[] queries)
    {
        List<string> empty = [];
        foreach ((string where, string query) in queries)
        {
            double[] values = await prometheus.ValuesAsync(query);
            bool mayBe = MayBeEmpty.ContainsKey(where) || DashboardFile.MetricsIn(query).All(MayBeEmpty.ContainsKey);
            if (!mayBe && !values.Any(double.IsFinite))
            {
                empty.Add($"{where}: no data for {query}");
            }
        }

        return empty.Count == 0 ? null : string.Join('\n', empty);
    }
}
