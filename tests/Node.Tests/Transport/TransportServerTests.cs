using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Node.Transport;

namespace Node.Tests.Transport;

public class TransportServerTests
{
    public static TheoryData<PathKind> Paths => new(Enum.GetValues<PathKind>());

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Stopping_to_accept_leaves_the_connections_that_are_there(PathKind kind)
    {
        using var server = new TestServer(kind, ConnectionBehaviourTests.Echo);
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        server.NextAccepted();
        server.Server.StopAccepting();
        server.Server.StopAccepting();
        await Assert.ThrowsAsync<SocketException>(() => server.ConnectAsync());
        await stream.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_end_of_a_server_tells_every_handler(PathKind kind)
    {
        var handlers = new ConcurrentBag<RecordingHandler>();
        var server = new TestServer(kind, _ =>
        {
            var handler = new RecordingHandler();
            handlers.Add(handler);
            return handler;
        });
        (_, Stream first) = await server.ConnectAsync();
        (_, Stream second) = await server.ConnectAsync();
        await using Stream heldFirst = first;
        await using Stream heldSecond = second;
        server.NextAccepted();
        server.NextAccepted();
        server.Dispose();
        server.Server.Dispose();
        server.Server.StopAccepting();
        Assert.Equal(2, handlers.Count);
        Assert.All(handlers, handler => Assert.Equal(CloseCause.Aborted, handler.Cause));
        Assert.Equal(0, await ConnectionBehaviourTests.ReadToEndAsync(first));
    }

    [Theory]
    [InlineData(TransportKind.Epoll)]
    [InlineData(TransportKind.Sockets)]
    public void A_port_that_is_taken_is_refused_by_name(TransportKind kind)
    {
        using var first = new TransportServer(Options(kind, 0), ConnectionBehaviourTests.Echo);
        first.Start();
        using var second = new TransportServer(Options(kind, first.LocalEndPoint.Port), ConnectionBehaviourTests.Echo);
        IOException refusal = Assert.Throws<IOException>(second.Start);
        Assert.StartsWith($"cannot listen on {first.LocalEndPoint}: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_machine_is_refused_by_name()
    {
        TransportOptions options = Options(TransportKind.Epoll, 0) with { EndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) };
        using var server = new TransportServer(options, ConnectionBehaviourTests.Echo);
        Assert.StartsWith("cannot listen on 192.0.2.1:0: ", Assert.Throws<IOException>(server.Start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_start_there_is_no_address()
    {
        using var server = new TransportServer(Options(TransportKind.Auto, 0), ConnectionBehaviourTests.Echo);
        Assert.Throws<InvalidOperationException>(() => server.LocalEndPoint);
    }

    [Fact]
    public async Task One_listener_serves_where_sharing_is_off()
    {
        using var server = new TestServer(PathKind.Epoll, ConnectionBehaviourTests.Echo, change: options => options with
        {
            Listener = new ListenerOptions(ReusePort: false),
        });
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        await stream.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Pressure_on_the_socket_path_is_said_once_and_ends()
    {
        var pressure = new ConcurrentQueue<int>();
        int calls = 0;
        using LoopGroup group = LoopGroup.Sockets(1);
        TransportOptions options = Options(TransportKind.Sockets, 0) with
        {
            Listener = new ListenerOptions { Pressure = pressure.Enqueue },
        };
        var listener = new SocketListener(
            group.Loops,
            options,
            null,
            new TlsCounters(),
            ConnectionBehaviourTests.Echo,
            (socket, token) => Interlocked.Increment(ref calls) switch
            {
                1 => throw new SocketException((int)SocketError.ConnectionReset),
                2 or 3 => throw new SocketException((int)SocketError.TooManyOpenSockets),
                _ => socket.AcceptAsync(token),
            });
        group.Start();
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(listener.LocalEndPoint);
        await client.GetStream().WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await client.GetStream().ReadAsync(new byte[1]));
        await TestServer.UntilAsync(() => pressure.Count == 2);
        Assert.Equal(0, pressure.Last());
        Assert.Equal(3, group.Loops[0].Counters.AcceptErrors);
        Assert.Equal(2, group.Loops[0].Counters.AcceptPauses);
        listener.Dispose();
    }

    [Fact]
    public async Task A_socket_listener_that_is_of_no_more_use_is_closed_and_reported()
    {
        var faults = new ConcurrentQueue<Exception>();
        using LoopGroup group = LoopGroup.Sockets(1);
        group.Loops[0].Fault = faults.Enqueue;
        var listener = new SocketListener(
            group.Loops,
            Options(TransportKind.Sockets, 0),
            null,
            new TlsCounters(),
            ConnectionBehaviourTests.Echo,
            (_, _) => throw new SocketException((int)SocketError.NotSocket));
        group.Start();
        listener.Start();
        await TestServer.UntilAsync(() => !faults.IsEmpty);
        Assert.Contains("restart the process", faults.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_late_wake_up_of_a_loop_that_has_ended_does_no_harm()
    {
        string path = Path.GetTempFileName();
        EventLoop loop = LoopGroup.Epoll(1).Loops[0];
        loop.Start();
        loop.Dispose();

        // These take the numbers that the loop's descriptors had.
        FileStream[] files = [.. Enumerable.Range(0, 8).Select(_ => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))];
        loop.Post(() => { });
        loop.Dispose();
        Assert.Equal(0, new FileInfo(path).Length);
        Array.ForEach(files, file => file.Dispose());
        File.Delete(path);
    }

    [Fact]
    public async Task Pinned_loops_stay_on_one_CPU_each_and_others_where_the_process_may_run()
    {
        using var pinned = new TestServer(PathKind.Batches, ConnectionBehaviourTests.Echo, loops: 3);
        using var free = new TestServer(PathKind.Epoll, ConnectionBehaviourTests.Echo, loops: 1);
        string all = await CpusOf(free.Server.Loops[0]);
        string[] cpus = [await CpusOf(pinned.Server.Loops[0]), await CpusOf(pinned.Server.Loops[1]), await CpusOf(pinned.Server.Loops[2])];
        Assert.All(cpus, cpu => Assert.True(int.TryParse(cpu, out _), $"on {cpu}"));
        Assert.Equal(Math.Min(3, Environment.ProcessorCount), cpus.Distinct().Count());
        Assert.Equal(CpusOfThread(), all);
    }

    private static async Task<string> CpusOf(EventLoop loop)
    {
        string cpus = "";
        await LoopGroup.RunAsync(loop, () => cpus = CpusOfThread());
        return cpus;
    }

    private static string CpusOfThread() => File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    private static TransportOptions Options(TransportKind kind, int port) => new()
    {
        Kind = kind,
        Loops = 2,
        EndPoint = new IPEndPoint(IPAddress.Loopback, port),
    };
}
