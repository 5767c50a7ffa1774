using System.Net;
using Microsoft.Extensions.Logging;
using Node.Connect;
using Node.Hub;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Settings;
using Node.Transport;
using Node.Wire;

namespace Node.Tests.Connect;

/// <summary>A whole node in this process.</summary>
public class NodeHostTests
{
    private const string Ports = "node:\n  id: n1\n  http_port: 0\n  loops: 2\n{0}metrics:\n  port: 0\n";

    [Fact]
    public async Task A_node_starts_answers_and_stops()
    {
        await using NodeHost node = NodeHost.FromYaml(Yaml());
        node.Map("shout", (ref request) => request.Reply(request.Read<string>().ToUpperInvariant()));
        node.MapAsync("later", async request =>
        {
            await Task.Yield();
            request.Reply("later");
        });
        await node.StartAsync();
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        Assert.Equal("\"HI\"", (await client.RequestAsync("shout", data: "\"hi\"")).Data);
        Assert.Equal("\"later\"", (await client.RequestAsync("later")).Data);

        using var http = new HttpClient();
        CancellationToken patience = TestContext.Current.CancellationToken;
        Assert.Equal("{\"status\":\"ok\"}\n", await http.GetStringAsync(new Uri($"http://{node.EndPoint}/health"), patience));
        string metrics = await http.GetStringAsync(new Uri(node.MetricsAddress!, "metrics"), patience);
        Assert.Contains("node_sessions", metrics, StringComparison.Ordinal);
        Assert.Contains("node_loop_busy", metrics, StringComparison.Ordinal);

        IPEndPoint endPoint = node.EndPoint;
        Task stopped = node.StopAsync("the test is over");
        Assert.Equal(CloseCode.Shutdown, await client.ReceiveCloseAsync());
        await client.DisposeAsync();
        await stopped.WaitAsync(HubClient.Patience, patience);
        await node.StopAsync("again");
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => HubClient.OpenAsync(endPoint, new HubPeer()));
    }

    [Fact]
    public async Task A_node_that_was_never_started_stops_at_once()
    {
        await using NodeHost node = NodeHost.FromYaml(Yaml());
        await node.StopAsync("no reason").WaitAsync(HubClient.Patience, TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => node.EndPoint);
        Assert.Null(node.MetricsAddress);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using NodeHost first = NodeHost.FromYaml(Yaml());
        await first.StartAsync();
        await using NodeHost second = NodeHost.FromYaml(Yaml().Replace("http_port: 0", $"http_port: {first.EndPoint.Port}", StringComparison.Ordinal));
        IOException error = await Assert.ThrowsAnyAsync<IOException>(second.StartAsync);
        Assert.Contains(first.EndPoint.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_file_takes_effect_without_dropping_anybody()
    {
        using var folder = new TestFolder();
        string file = folder.Write("node.yaml", Yaml("messages:\n  max_bytes: 200\nlog:\n  level: warning\n"));
        await using NodeHost node = NodeHost.Create("--settings", file);
        var log = new HeardLog();
        node.Loggers.AddProvider(log);
        await node.StartAsync();
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");

        await ChangeAsync(node, folder, Yaml(
            "messages:\n  max_bytes: 8KiB\nheartbeat:\n  interval: 7s\nqueue:\n  policy: close\n  max_bytes: 9KiB\nlog:\n  level: debug\n"));
        await UntilAsync(node, bucket => bucket.Options.MaxMessageBytes == 8192);
        string data = "\"" + new string('x', 4000) + "\"";
        Assert.Equal(data, (await client.RequestAsync("ping", data: data)).Data);
        Assert.Equal(new SendPolicy(Overflow.Close, 9 * 1024), node.Hub.Options.Queue);
        Assert.True(node.Loggers.CreateLogger("any").IsEnabled(LogLevel.Debug));
        await using HubClient later = await HubClient.OpenAsync(node.EndPoint, new HubPeer());
        MessageModel welcome = await later.RequestAsync(HubClient.Of("connect") with { User = "bob" });
        Assert.Contains("\"heartbeat_ms\":7000", welcome.Data, StringComparison.Ordinal);

        folder.Replace("node.yaml", Yaml("messages:\n  max_bytes: 8KiB\n", "  backlog: 77\n"));
        await log.HearsAsync(LogLevel.Warning, "node.backlog");
        folder.Replace("node.yaml", "messages:\n  max_bytes: many\n");
        await log.HearsAsync(LogLevel.Error, "messages.max_bytes");
        Assert.Equal(8192, node.Settings.Messages.MaxBytes);
        Assert.Equal(data, (await client.RequestAsync("ping", data: data)).Data);
    }

    [Fact]
    public async Task A_key_file_that_cannot_be_read_changes_nothing()
    {
        using var folder = new TestFolder();
        const string Auth = "auth:\n  enabled: true\n  secret: a secret of exactly 32 bytes ...\n";
        string file = folder.Write("node.yaml", Yaml(Auth + "log:\n  level: warning\n"));
        await using NodeHost node = NodeHost.Create("--settings", file);
        var log = new HeardLog();
        node.Loggers.AddProvider(log);
        await node.StartAsync();
        HubOptions before = node.Hub.Options;
        folder.Replace("node.yaml", Yaml(Auth.Replace(" ...", "", StringComparison.Ordinal) + "log:\n  level: debug\n"));
        await log.HearsAsync(LogLevel.Error, "");
        Assert.Same(before, node.Hub.Options);
        Assert.False(node.Loggers.CreateLogger("any").IsEnabled(LogLevel.Debug));
    }

    private static string Yaml(string more = "", string node = "") =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, Ports, node) + more;

    private static async Task ChangeAsync(NodeHost node, TestFolder folder, string yaml)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(object settings) => changed.TrySetResult();
        node.SettingsChanged += Note;
        folder.Replace("node.yaml", yaml);
        await changed.Task.WaitAsync(HubClient.Patience, TestContext.Current.CancellationToken);
        node.SettingsChanged -= Note;
    }

    private static async Task UntilAsync(NodeHost node, Func<Bucket, bool> holds)
    {
        while (!node.Hub.Buckets.All(holds))
        {
            foreach (Bucket bucket in node.Hub.Buckets)
            {
                await LoopGroup.RunAsync(bucket.Loop, () => { }).WaitAsync(HubClient.Patience, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>What is logged, for whoever waits for it.</summary>
    private sealed class HeardLog : ILoggerProvider, ILogger
    {
        private readonly System.Threading.Channels.Channel<(LogLevel Level, string Text)> _lines = System.Threading.Channels.Channel.CreateUnbounded<(LogLevel, string)>();

        public async Task HearsAsync(LogLevel level, string text)
        {
            using var patience = new CancellationTokenSource(HubClient.Patience);
            while (await _lines.Reader.ReadAsync(patience.Token) is var line
                && !(line.Level == level && line.Text.Contains(text, StringComparison.Ordinal)))
            {
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite((logLevel, formatter(state, exception)));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
