using System.Net.Sockets;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>What a connection does, on every path.</summary>
public class ConnectionBehaviourTests
{
    private static readonly FrameTraits Data = new(Lane.Data, new SendPolicy(Overflow.Close, 64 * 1024 * 1024));

    public static TheoryData<PathKind> Paths => new(Enum.GetValues<PathKind>());

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task What_comes_in_any_pieces_goes_back_as_it_was(PathKind kind)
    {
        using var server = new TestServer(kind, Echo);
        foreach (int length in new[] { 1, 2, 1000, 64 * 1024, 4 * 1024 * 1024 })
        {
            (_, Stream stream) = await server.ConnectAsync();
            await using Stream held = stream;
            var random = new Random(length);
            byte[] sent = new byte[length];
            random.NextBytes(sent);
            Task writing = Task.Run(async () =>
            {
                for (int at = 0; at < length;)
                {
                    int part = Math.Min(random.Next(1, Math.Max(2, length / 20)), length - at);
                    await stream.WriteAsync(sent.AsMemory(at, part));
                    at += part;
                }
            });
            byte[] back = new byte[length];
            await stream.ReadExactlyAsync(back);
            await writing;
            Assert.Equal(sent, back);
        }

        Assert.Empty(server.Faults);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task What_a_handler_leaves_comes_again_with_more_behind_it(PathKind kind)
    {
        using var server = new TestServer(kind, connection => new RecordingHandler
        {
            // Takes whole groups of seven only, and spoils what it took.
            Received = data =>
            {
                int whole = data.Length - (data.Length % 7);
                Send(connection, data[..whole]);
                data[..whole].Clear();
                return whole;
            },
        });
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        byte[] sent = [.. Enumerable.Range(0, 700).Select(i => (byte)i)];
        for (int at = 0; at < sent.Length; at += 10)
        {
            await stream.WriteAsync(sent.AsMemory(at, 10));
        }

        byte[] back = new byte[sent.Length];
        await stream.ReadExactlyAsync(back);
        Assert.Equal(sent, back);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_thousand_connections_are_served_and_leave_nothing_behind(PathKind kind)
    {
        int count = kind is PathKind.Epoll or PathKind.Batches or PathKind.Sockets ? 1000 : 200;
        using var server = new TestServer(kind, Echo);
        var streams = new List<Stream>();
        for (int i = 0; i < count; i++)
        {
            (_, Stream stream) = await server.ConnectAsync();
            streams.Add(stream);
            await stream.WriteAsync(BitConverter.GetBytes(i));
        }

        for (int i = 0; i < count; i++)
        {
            byte[] back = new byte[4];
            await streams[i].ReadExactlyAsync(back);
            Assert.Equal(i, BitConverter.ToInt32(back));
        }

        Assert.All(server.Server.Loops, loop => Assert.True(loop.ConnectionCount > 0, "a loop has none"));
        streams.ForEach(stream => stream.Dispose());
        await TestServer.UntilAsync(() => server.Server.Loops.Sum(loop => loop.ConnectionCount) == 0);
        Assert.Equal(count, server.Count(counters => counters.Closed));
        Assert.Empty(server.Faults);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_close_sends_what_was_enqueued_and_then_the_end(PathKind kind)
    {
        const int Bytes = 3_000_000;
        var handler = new RecordingHandler();
        using var server = new TestServer(kind, connection =>
        {
            handler.Received = data =>
            {
                for (int i = 0; i < 30; i++)
                {
                    Send(connection, new byte[Bytes / 30]);
                }

                connection.Close(withinMs: 20_000);
                return data.Length;
            };
            return handler;
        });
        (_, Stream stream) = await server.ConnectAsync();
        await using (stream)
        {
            await stream.WriteAsync(new byte[1]);
            Assert.Equal(Bytes, await ReadToEndAsync(stream));
        }

        Assert.Equal(CloseCause.Local, await handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Null(handler.Broken);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_close_that_does_not_await_the_peer_still_sends_everything(PathKind kind)
    {
        const int Bytes = 1_000_000;
        var handler = new RecordingHandler();
        using var server = new TestServer(kind, connection =>
        {
            handler.Received = data =>
            {
                Send(connection, new byte[Bytes]);
                connection.Close(withinMs: 20_000, awaitPeer: false);
                return data.Length;
            };
            return handler;
        });
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        await stream.WriteAsync(new byte[1]);
        await stream.ReadExactlyAsync(new byte[Bytes]);
        Assert.Equal(CloseCause.Local, await handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_close_ends_in_an_abort_where_the_peer_does_not_read(PathKind kind)
    {
        var handler = new RecordingHandler();
        using var server = new TestServer(kind, connection =>
        {
            handler.Received = data =>
            {
                Send(connection, new byte[30_000_000]);
                connection.Close(withinMs: 100);
                return data.Length;
            };
            return handler;
        });
        (_, Stream stream) = await server.ConnectAsync(receiveBuffer: 4096);
        await using Stream held = stream;
        await stream.WriteAsync(new byte[1]);
        Assert.Equal(CloseCause.Aborted, await handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
        await TestServer.UntilAsync(() => server.Count(counters => counters.QueuedBytes) == 0);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_end_of_the_peers_stream_closes(PathKind kind)
    {
        var handler = new RecordingHandler();
        using var server = new TestServer(kind, _ => handler);
        (Socket socket, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        await stream.WriteAsync(new byte[1]);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseCause.Peer, await handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, await ReadToEndAsync(stream));
        Assert.Null(handler.Broken);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_reset_is_the_networks_fault_and_nobody_elses(PathKind kind)
    {
        var handler = new RecordingHandler();
        using var server = new TestServer(kind, _ => handler);
        (Socket socket, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        await stream.WriteAsync(new byte[1]);
        await TestServer.UntilAsync(() => server.Count(counters => counters.BytesReceived) == 1);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        Assert.Equal(CloseCause.Network, await handler.Closed.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Empty(server.Faults);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_handler_that_throws_costs_its_own_connection_only(PathKind kind)
    {
        using var server = new TestServer(kind, connection => new RecordingHandler
        {
            Received = data =>
            {
                if (data[0] == 13)
                {
                    throw new InvalidOperationException("unlucky");
                }

                Send(connection, data);
                return data.Length;
            },
        });
        (_, Stream good) = await server.ConnectAsync();
        (_, Stream bad) = await server.ConnectAsync();
        await using Stream heldGood = good;
        await using Stream heldBad = bad;
        await bad.WriteAsync(new byte[] { 13 });
        Assert.Equal(0, await ReadToEndAsync(bad));
        await good.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await good.ReadAsync(new byte[1]));
        Assert.Equal("unlucky", Assert.Single(server.Faults).Message);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_handler_that_cannot_be_made_costs_its_own_connection_only(PathKind kind)
    {
        int count = 0;
        using var server = new TestServer(
            kind, connection => count++ == 0 ? throw new InvalidOperationException("no") : Echo(connection), loops: 1);
        (_, Stream bad) = await server.ConnectAsync();
        await using Stream heldBad = bad;
        Assert.Equal(0, await ReadToEndAsync(bad));
        (_, Stream good) = await server.ConnectAsync();
        await using Stream heldGood = good;
        await good.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await good.ReadAsync(new byte[1]));
        Assert.Single(server.Faults);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Paused_reading_holds_the_peer_back_until_it_is_resumed(PathKind kind)
    {
        const int Bytes = 30_000_000;
        long received = 0;
        using var server = new TestServer(kind, connection => new RecordingHandler
        {
            Received = data =>
            {
                if (Interlocked.Add(ref received, data.Length) == data.Length)
                {
                    connection.PauseReading();
                }

                return data.Length;
            },
        });
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        long written = 0;
        Task writing = Task.Run(async () =>
        {
            byte[] block = new byte[100_000];
            while (written < Bytes)
            {
                await stream.WriteAsync(block);
                Interlocked.Add(ref written, block.Length);
            }
        });
        Connection connection = server.NextAccepted();
        await TestServer.UntilAsync(() => Volatile.Read(ref received) > 0);
        await StandsStillAsync(() => Volatile.Read(ref written));
        Assert.False(writing.IsCompleted);
        long before = Volatile.Read(ref received);
        connection.Loop.Post(connection.ResumeReading);
        await writing;
        await TestServer.UntilAsync(() => Volatile.Read(ref received) == Bytes);
        Assert.InRange(before, 1, Bytes / 2);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Posts_from_many_threads_all_run_in_the_order_of_each(PathKind kind)
    {
        using var server = new TestServer(kind, Echo, loops: 1);
        var seen = new List<int>[4];
        Thread[] threads = [.. Enumerable.Range(0, seen.Length).Select(thread => new Thread(() =>
        {
            seen[thread] = [];
            for (int i = 0; i < 10_000; i++)
            {
                int number = i;
                server.Server.Loops[0].Post(() => seen[thread].Add(number));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        await LoopGroup.RunAsync(server.Server.Loops[0], () => { });
        Assert.All(seen, list => Assert.Equal(Enumerable.Range(0, 10_000), list));
    }

    internal static ConnectionHandler Echo(Connection connection) => new RecordingHandler
    {
        Received = data =>
        {
            Send(connection, data);
            return data.Length;
        },
    };

    internal static void Send(Connection connection, ReadOnlySpan<byte> bytes, FrameTraits? traits = null)
    {
        if (!bytes.IsEmpty)
        {
            bytes.CopyTo(connection.Loop.Outbox.Reserve(bytes.Length));
            connection.Loop.Outbox.Send(connection, bytes.Length, traits ?? Data);
        }
    }

    /// <summary>Reads until the end of the stream, however it ends.</summary>
    internal static async Task<long> ReadToEndAsync(Stream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)) is > 0 and int count)
            {
                total += count;
            }
        }
        catch (IOException)
        {
            // An aborted connection may end in a reset.
        }

        return total;
    }

    private static async Task StandsStillAsync(Func<long> value)
    {
        for (long last = -1; last != value();)
        {
            last = value();
            await Task.Delay(100);
        }
    }
}
