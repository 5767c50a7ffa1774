using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Node.Transport;
using Node.Transport.Linux;

namespace Node.Tests.Transport;

/// <summary>Batches on the kernel of this machine, and on one that forbids them.</summary>
[SupportedOSPlatform("linux")]
public sealed class SendRingTests : IDisposable
{
    private readonly SendRing? _ring;
    private readonly string? _reason;
    private readonly SendOutcome[] _outcomes = new SendOutcome[256];
    private readonly byte[] _bytes = GC.AllocateArray<byte>(8 * 1024 * 1024, pinned: true);

    public SendRingTests()
    {
        Assert.SkipUnless(LoopGroup.HasEpoll, "Linux only");
        _ring = SendRing.TryCreate(1, out _reason);
        Random.Shared.NextBytes(_bytes);
    }

    private SendRing Ring
    {
        get
        {
            // A ring that fails its trial is no reason to skip: every kernel that has the feature has passed it so far.
            Assert.DoesNotContain("short sends", _reason ?? "");
            Assert.SkipWhen(_ring is null, $"no batches on this machine: {_reason}");
            return _ring!;
        }
    }

    public void Dispose() => _ring?.Dispose();

    [Fact]
    public void What_goes_out_whole_is_not_told_of_however_often()
    {
        using var pair = new SocketPair();
        byte[] back = new byte[10];
        int at = 0;
        for (int round = 0; round < 2000; round++)
        {
            Ring.Add(pair.Descriptor, _bytes.AsSpan(at, 10));
            Assert.Equal(0, Ring.Submit(_outcomes));
            Assert.Equal(10, pair.Peer.Receive(back));
            Assert.Equal(_bytes.AsSpan(at, 10), back.AsSpan());
            at += 10;
        }
    }

    [Fact]
    public void A_full_batch_reaches_every_socket()
    {
        SocketPair[] pairs = [.. Enumerable.Range(0, Ring.Capacity).Select(_ => new SocketPair())];
        try
        {
            for (int i = 0; i < pairs.Length; i++)
            {
                Ring.Add(pairs[i].Descriptor, _bytes.AsSpan(i * 100, 100));
            }

            Assert.Equal(0, Ring.Submit(_outcomes));
            byte[] back = new byte[101];
            for (int i = 0; i < pairs.Length; i++)
            {
                Assert.Equal(100, pairs[i].Peer.Receive(back));
                Assert.Equal(_bytes.AsSpan(i * 100, 100), back.AsSpan(0, 100));
            }
        }
        finally
        {
            Array.ForEach(pairs, pair => pair.Dispose());
        }
    }

    [Fact]
    public void Short_sends_full_sockets_and_broken_ones_are_told_of_each()
    {
        using var good = new SocketPair();
        using var slow = new SocketPair();
        using var full = new SocketPair();
        using var reset = new SocketPair();
        full.Fill(_bytes);
        reset.Reset();
        Ring.Add(good.Descriptor, _bytes.AsSpan(0, 10));
        Ring.Add(slow.Descriptor, _bytes);
        Ring.Add(full.Descriptor, _bytes.AsSpan(0, 10));
        Ring.Add(reset.Descriptor, _bytes.AsSpan(0, 10));
        int told = Ring.Submit(_outcomes);
        SendOutcome[] outcomes = [.. _outcomes.AsSpan(0, told).ToArray().OrderBy(outcome => outcome.Index)];
        Assert.Equal([1, 2, 3], outcomes.Select(outcome => outcome.Index));
        Assert.InRange(outcomes[0].Sent, 1, _bytes.Length - 1);
        Assert.Equal(-Errno.Again, outcomes[1].Sent);
        Assert.True(outcomes[2].Sent is -Errno.ConnectionReset or -Errno.BrokenPipe);

        // Nothing is under way: what comes is exactly what was said to be sent.
        slow.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(_bytes.AsSpan(0, outcomes[0].Sent), slow.ReadToEnd().AsSpan());
    }

    [Fact]
    public async Task A_server_uses_them_where_it_can_and_says_so()
    {
        Assert.NotEqual(0, Ring.Capacity);
        using var server = new TestServer(PathKind.Batches, ConnectionBehaviourTests.Echo);
        Assert.Equal("in batches by io_uring", server.Server.SendPath);
        (_, Stream stream) = await server.ConnectAsync();
        await using Stream held = stream;
        await stream.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
        await TestServer.UntilAsync(() => server.Count(counters => counters.Batches) == 1);
    }

    [Fact]
    public void Where_the_kernel_forbids_it_sends_go_one_by_one_and_the_reason_is_there()
    {
        EpollPoller? poller = null;
        Exception? failure = null;

        // A filter holds for the thread that sets it and for those that it starts: this one starts none.
        var thread = new Thread(() =>
        {
            try
            {
                SystemCallFilter.Forbid(425);
                poller = new EpollPoller(batchFrom: 1);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
        Assert.Null(poller!.Batch);
        Assert.Equal("io_uring: Operation not permitted", poller.BatchRefusal);

        using var loop = new EventLoop(0, poller);
        Listener listener = loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), ConnectionBehaviourTests.Echo);
        using var client = new TcpClient();
        client.Connect(listener.LocalEndPoint);
        client.GetStream().WriteByte(7);
        while (loop.Counters.Sends == 0)
        {
            loop.Turn();
        }

        Assert.Equal(7, client.GetStream().ReadByte());
        Assert.Equal(0, loop.Counters.Batches);
    }

    /// <summary>A connection over loopback whose one end is a raw descriptor.</summary>
    private sealed class SocketPair : IDisposable
    {
        public SocketPair()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(listener.LocalEndpoint);
            Socket.Blocking = false;
            Peer = listener.AcceptSocket();
        }

        public Socket Socket { get; }

        public Socket Peer { get; }

        public int Descriptor => (int)Socket.Handle;

        public void Fill(byte[] bytes)
        {
            try
            {
                while (true)
                {
                    Socket.Send(bytes);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                // That full.
            }
        }

        /// <summary>Returns once the reset has come.</summary>
        public void Reset()
        {
            Peer.LingerState = new LingerOption(true, 0);
            Peer.Dispose();
            Assert.True(Socket.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead));
        }

        public byte[] ReadToEnd()
        {
            using var all = new MemoryStream();
            using var stream = new NetworkStream(Peer);
            stream.CopyTo(all);
            return all.ToArray();
        }

        public void Dispose()
        {
            Socket.Dispose();
            Peer.Dispose();
        }
    }
}
