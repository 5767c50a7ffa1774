using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Processes;

/// <summary>What <c>./build.sh perf million</c> does with a million connections, with twenty thousand.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class MillionTests : IDisposable
{
    // Loopback addresses that nothing else here uses: a process that is left over from another run would keep the ports of its own.
    private const int Network = 90;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Twenty_thousand_are_held_pushed_to_and_come_back_from_a_killed_and_an_emptied_node()
    {
        const int Connections = 20_000;
        using Process run = Start(
            "--connections", $"{Connections}", "--nodes", "4", "--hold", "1", "--pushes", "100", "--push-seconds", "2", "--window", "2",
            "--drain-rate", "3000");
        string output = await EndAsync(run);

        Assert.True(run.ExitCode == 0, output);
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(_folder.At("million.json")));
        Assert.Equal(Connections, Value(report, "connect", "connections in both rooms"));
        Assert.Equal(Connections, Value(report, "broadcast", "delivered"));
        Assert.Equal(Connections, Value(report, "everybody", "delivered"));
        Assert.Equal(200 * 50, Value(report, "rooms", "delivered"));
        Assert.Equal(Connections / 4, Value(report, "kill", "of them had to come back"));
        Assert.True(Value(report, "drain", "closed with 3001") >= Connections / 4, output);
        Assert.Equal(0, Value(report, "all", "connections lost for no reason"));
        Assert.Contains("</svg>", await File.ReadAllTextAsync(_folder.At("million.html")), StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Told_to_stop_it_ends_all_that_it_has_started_and_says_so()
    {
        using Process run = Start("--connections", "200", "--nodes", "3", "--hold", "600");
        string? line = "";
        while (line is not null && !line.Contains("holding", StringComparison.Ordinal))
        {
            line = await run.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        }

        await EtcdServer.SignalAsync("-TERM", run.Id);
        string output = await EndAsync(run);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("it was told to stop", output, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_machine_that_does_not_suffice_is_told_what_to_change_and_nothing_is_started()
    {
        using Process run = Start("--connections", "100000000", "--nodes", "4");
        string output = await EndAsync(run);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("ulimit -n", output, StringComparison.Ordinal);
        Assert.Contains("--connections ", output, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a whole loopback network is there on Linux alone");
        Assert.SkipUnless(EtcdServer.Find("etcd") is not null, "etcd is not installed");
        foreach (string program in (string[])["Node.Controller", "Node.Push", "Node.Connect"])
        {
            Assert.SkipUnless(ClusterProcess.IsBuilt(program), $"{program} is not built");
        }

        var start = new ProcessStartInfo(
            ClusterProcess.Executable("Node.Load"),
            ["million", .. arguments, "--network", $"{Network}", "--results", _folder.Root, "--configuration", ClusterProcess.Configuration])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Directory.CreateDirectory(_folder.At("temporary"));
        start.Environment["TMPDIR"] = _folder.At("temporary");
        return Process.Start(start)!;
    }

    private static async Task<string> EndAsync(Process run)
    {
        Task<string> output = run.StandardOutput.ReadToEndAsync();
        Task<string> errors = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync().WaitAsync(Patience);
        return await output + await errors;
    }

    private static double Value(JsonElement report, string phase, string name) => report.GetProperty("figures").EnumerateArray()
        .First(figure => figure.GetProperty("phase").GetString() == phase && figure.GetProperty("name").GetString() == name)
        .GetProperty("value").GetDouble();

    private void AssertNothingIsLeft()
    {
        Assert.Empty(Directory.GetFileSystemEntries(_folder.At("temporary"), "million-*"));
        foreach ((byte third, byte last, int port) in ((byte, byte, int)[])[(0, 1, 2379), (0, 1, 50053), (1, 1, 8083), (1, 3, 8083)])
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Assert.Throws<SocketException>(() => probe.Connect(new IPAddress([127, Network, third, last]), port));
        }
    }
}
