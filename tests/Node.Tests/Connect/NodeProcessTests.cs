using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Node.Connect;
using Node.Tests.Hub;
using Node.Tests.Settings;
using Node.Wire;

namespace Node.Tests.Connect;

/// <summary>The processes as they are started: what they say, and with what code they end.</summary>
public partial class NodeProcessTests
{
    private const string Managers = "controller:\n  grpc_port: 0\n  store: none\npush:\n  grpc_port: 0\n";

    private static readonly string[] Executables = ["Node.Connect", "Node.Standalone"];

    public static TheoryData<string> Processes => [.. Executables];

    [Theory]
    [MemberData(nameof(Processes))]
    public async Task SIGTERM_closes_the_clients_with_3000(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent with kill");
        using var folder = new TestFolder();
        string file = folder.Write("node.yaml", "node:\n  http_port: 0\n  grpc_port: 0\n" + Managers + "metrics:\n  port: 0\nweb:\n  port: 0\n");
        using Process process = Start(name, "--settings", file);
        try
        {
            await using HubClient client = await HubClient.NamedAsync(await ListensAtAsync(process), "alice");
            using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            Assert.Equal(CloseCode.Shutdown, await client.ReceiveCloseAsync());
            await client.DisposeAsync();
            (_, string errors) = await EndAsync(process);
            Assert.Equal((0, ""), (process.ExitCode, errors));
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [MemberData(nameof(Processes))]
    public async Task Bad_settings_are_named_with_file_line_and_key(string name)
    {
        using var folder = new TestFolder();
        string file = folder.Write("node.yaml", "node:\n  http_port: 80833\nqueue:\n  polcy: close\n");
        using Process process = Start(name, "--settings", file);
        (_, string errors) = await EndAsync(process);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains($"{file}:2:14: node.http_port: ", errors, StringComparison.Ordinal);
        Assert.Contains($"{file}:4:", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Node.Connect", "node.http_port")]
    [InlineData("Node.Connect", "metrics.port")]
    [InlineData("Node.Standalone", "web.port")]
    [InlineData("Node.Standalone", "node.grpc_port")]
    [InlineData("Node.Standalone", "controller.grpc_port")]
    [InlineData("Node.Standalone", "push.grpc_port")]
    public async Task A_port_that_is_taken_ends_the_process_with_one_line_that_names_its_setting(string name, string setting)
    {
        using var owner = new TcpListener(IPAddress.Loopback, 0);
        owner.Start();
        int taken = ((IPEndPoint)owner.LocalEndpoint).Port;
        int PortOf(string key) => key == setting ? taken : 0;
        using var folder = new TestFolder();
        string file = folder.Write(
            "node.yaml",
            $"node:\n  http_port: {PortOf("node.http_port")}\n  grpc_port: {PortOf("node.grpc_port")}\n" +
            $"controller:\n  grpc_port: {PortOf("controller.grpc_port")}\n  store: none\npush:\n  grpc_port: {PortOf("push.grpc_port")}\n" +
            $"metrics:\n  port: {PortOf("metrics.port")}\nweb:\n  port: {PortOf("web.port")}\n");
        using Process process = Start(name, "--settings", file);
        (string output, string errors) = await EndAsync(process);
        Assert.Equal(1, process.ExitCode);
        string line = Assert.Single(errors.Trim().Split('\n'));
        Assert.StartsWith($"cannot start: {setting}: ", line, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{taken}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_chat_is_stands_in_the_log()
    {
        using var folder = new TestFolder();
        string file = folder.Write(
            "node.yaml", "node:\n  http_port: 0\n  grpc_port: 0\n" + Managers + "metrics:\n  port: 0\nweb:\n  port: 0\nlog:\n  format: json\n");
        using Process process = Start("Node.Standalone", "--settings", file);
        try
        {
            string message;
            do
            {
                string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(HubClient.Patience);
                Assert.NotNull(line);
                using JsonDocument record = JsonDocument.Parse(line);
                message = record.RootElement.GetProperty("message").GetString()!;
            }
            while (!message.EndsWith("/chat.html", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task The_command_line_has_help_and_tells_the_settings()
    {
        using var folder = new TestFolder();
        string file = folder.Write("node.yaml", "node:\n  id: seven\nmetrics:\n  port: 0\n");
        Assert.Equal(0, await NodeProcess.RunAsync(["--help"]));
        Assert.Equal(0, await NodeProcess.RunAsync(["--settings", file, "--print-settings"]));
        Assert.Equal(2, await NodeProcess.RunAsync(["--frobnicate"]));
        Assert.Equal(2, await NodeProcess.RunAsync(["--settings"]));
        Assert.Equal(2, await NodeProcess.RunAsync(["--settings", folder.At("none.yaml")]));

        await using NodeHost node = NodeHost.FromYaml("node:\n  http_port: 0\nmetrics:\n  port: 0\n");
        await node.StartAsync();
        string taken = folder.Write("taken.yaml", $"node:\n  http_port: {node.EndPoint.Port}\nmetrics:\n  port: 0\n");
        Assert.Equal(1, await NodeProcess.RunAsync(["--settings", taken]));
    }

    private static Process Start(string name, params string[] args)
    {
        // Built in the tests' configuration; the tests themselves may run from a copy.
        string configuration = typeof(NodeProcessTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string program = Path.Combine(
            TestFolder.Repository(), ".artifacts", "bin", name, configuration.ToLowerInvariant(), name + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task<IPEndPoint> ListensAtAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(HubClient.Patience) is { } line)
        {
            if (WebSocketAddress().Match(line) is { Success: true } match)
            {
                return IPEndPoint.Parse(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException($"it ended: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    private static async Task<(string Output, string Errors)> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(HubClient.Patience);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(HubClient.Patience);
        return (await output.WaitAsync(HubClient.Patience), errors);
    }

    [GeneratedRegex("ws://([0-9.:]+)/ws")]
    private static partial Regex WebSocketAddress();
}
