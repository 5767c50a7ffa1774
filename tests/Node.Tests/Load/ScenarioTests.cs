using System.Diagnostics;
using System.Net;
using Node.Load.Run;
using Node.Load.Scenarios;
using Node.Tests.Support;

namespace Node.Tests.Load;

/// <summary>The load generator's scenarios in this process, against servers of each kind that it can speak to.</summary>
public class ScenarioTests
{
    // Nobody is told who came: that is too short to be compressed.
    private const string Compression = "compression:\n  enabled: true\nrooms:\n  presence_limit: 0";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("echo", "--depth", "4")]
    [InlineData("fanout", "--protocol", "hub", "--depth", "4")]
    [InlineData("handshake", "--path", "/echo", "--depth", "8")]
    [InlineData("handshake", "--path", "/echo", "--rate", "2000")]
    public async Task A_node_answers_everything(string scenario, params string[] arguments)
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Epoll);

        AssertWhole(await RunAsync(scenario, node.EndPoint, arguments));
    }

    [Theory]
    [InlineData("echo", "--depth", "4")]
    [InlineData("echo", "--depth", "2", "--payload", "60000")]
    [InlineData("handshake", "--path", "/echo", "--depth", "8")]
    public async Task A_node_answers_everything_over_TLS(string scenario, params string[] arguments)
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Tls);

        AssertWhole(await RunAsync(scenario, node.EndPoint, [.. arguments, "--tls"]));
    }

    [Fact]
    public async Task Who_does_not_speak_TLS_to_a_server_that_does_is_told_that_nothing_opens()
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Tls);

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("echo", node.EndPoint));
    }

    [Fact]
    public async Task Compressed_deliveries_are_inflated_and_those_that_are_not_are_counted()
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Epoll, Compression);

        WorkerResult records = await RunAsync("fanout", node.EndPoint, "--protocol", "hub", "--payload", "1024", "--deflate");
        WorkerResult tooShort = await RunAsync("fanout", node.EndPoint, "--protocol", "hub", "--payload", "40", "--deflate");

        AssertWhole(records);
        AssertWhole(tooShort);
        Assert.True(tooShort.Uncompressed >= tooShort.Operations, $"{tooShort}");
        Assert.Equal(0, records.Uncompressed);
    }

    [Fact]
    public async Task A_server_that_does_not_compress_is_a_fault_where_compression_is_asked_for()
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Epoll);

        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunAsync("fanout", node.EndPoint, "--protocol", "hub", "--deflate"));

        Assert.Contains("permessage-deflate", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close", 2)]
    [InlineData("drop_oldest", 0)]
    public async Task What_becomes_of_members_that_stop_reading_is_told_and_the_others_miss_nothing(string policy, int closed)
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Epoll, $"queue:\n  max_bytes: 64KiB\n  policy: {policy}");

        // 20 MB for each: no kernel keeps that for somebody who does not read.
        WorkerResult result = await RunAsync(
            "fanout", node.EndPoint, operations: 45_000, "--protocol", "hub", "--payload", "8192", "--depth", "4", "--slow", "0.1");

        AssertWhole(result);
        Assert.Equal(closed, result.SlowClosed);
        Assert.Equal(closed == 0, result.SlowMissed > 0);
    }

    [Theory]
    [InlineData("echo", "")]
    [InlineData("fanout", "load")]
    [InlineData("handshake", "")]
    public async Task NATS_answers_everything(string scenario, string room)
    {
        await using NatsServer server = await NatsServer.StartNewAsync();

        AssertWhole(await RunAsync(scenario, server.EndPoint, "--protocol", "nats", "--room", room, "--depth", "4"));
    }

    [Theory]
    [InlineData("echo", "")]
    [InlineData("fanout", "load")]
    [InlineData("handshake", "")]
    public async Task SignalR_answers_everything(string scenario, string room)
    {
        await using SignalRServer server = await SignalRServer.StartAsync();

        AssertWhole(await RunAsync(scenario, server.EndPoint, "--protocol", "signalr", "--room", room, "--depth", "4"));
    }

    [Fact]
    public async Task A_call_that_SignalR_refuses_is_a_fault_that_says_so()
    {
        await using TestNode node = await TestNode.StartAsync(Carrier.Epoll);
        await using SignalRServer server = await SignalRServer.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("echo", server.EndPoint, "--protocol", "signalr", "--path", "/none"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("echo", node.EndPoint, "--protocol", "signalr", "--path", "/none"));
    }

    [Fact]
    public async Task With_a_server_each_every_process_publishes_to_the_room_of_its_own()
    {
        await using TestNode first = await TestNode.StartAsync(Carrier.Epoll);
        await using TestNode second = await TestNode.StartAsync(Carrier.Epoll);

        WorkerResult result = await RunAsync(
            "fanout", [first.EndPoint, second.EndPoint], operations: 2000, "--protocol", "hub", "--processes", "2", "--worker", "1");

        AssertWhole(result);
        Assert.Throws<ArgumentException>(() => Worker.Create("fanout", LoadOptions.Parse(["--processes", "2"])));
    }

    private static void AssertWhole(WorkerResult result)
    {
        Assert.True(result is { Lost: 0, Duplicates: 0, Errors: 0 }, $"{result}");
        Assert.True(result.Operations > 0, $"{result}");
    }

    private static Task<WorkerResult> RunAsync(string scenario, IPEndPoint server, params string[] arguments) =>
        RunAsync(scenario, server, operations: 2000, arguments);

    private static Task<WorkerResult> RunAsync(string scenario, IPEndPoint server, int operations, params string[] arguments) =>
        RunAsync(scenario, [server], operations, arguments);

    /// <summary>Runs until so many operations are done. The scenario is one thread's own.</summary>
    private static Task<WorkerResult> RunAsync(string name, IPEndPoint[] servers, int operations, params string[] arguments) => Task.Run(() =>
    {
        LoadOptions options = LoadOptions.Parse(["--connections", "20", "--worker", "0", "--server", string.Join(',', servers.AsEnumerable()), .. arguments]);
        using Scenario scenario = Worker.Create(name, options);
        scenario.Connect();
        scenario.Start();
        scenario.Measure();
        long from = Stopwatch.GetTimestamp();
        while (scenario.Counts().Operations < operations && Stopwatch.GetElapsedTime(from) < s_patience)
        {
            scenario.Turn();
        }

        return scenario.Finish();
    });
}
