using Node.Hub;
using Node.Tests.Auth;
using Node.Tests.Messages;
using Node.Tests.Simulation;
using Node.Tests.Wire;
using Node.Transport;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>Each close code of protocol/codes.md, in its close frame.</summary>
public class CloseCodeTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    public async Task The_clients_goodbye_comes_back(ushort code)
    {
        using var server = new HubServer();
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        await client.SendAsync(HubPeer.Close(code));
        Assert.Equal(code, await client.ReceiveCloseAsync());
        await client.ReceiveEndAsync();
        await server.AssertEmptyAsync();
    }

    [Fact]
    public Task Code_1002_RFC_6455_was_broken() =>
        AssertClosesAsync(1002, FrameBytes.Server(Opcode.Text, "{}"u8));

    [Fact]
    public async Task Code_1003_the_wrong_kind_of_frame()
    {
        await AssertClosesAsync(1003, FrameBytes.Client(Opcode.Binary, "{}"u8));
        await AssertClosesAsync(1003, FrameBytes.Client(Opcode.Text, "{}"u8), proto: true);
    }

    [Fact]
    public Task Code_1007_text_that_is_not_UTF_8() => AssertClosesAsync(1007, FrameBytes.Client(Opcode.Text, [0xFF]));

    [Fact]
    public Task Code_1009_a_message_over_the_limit() =>
        AssertClosesAsync(1009, FrameBytes.Client(Opcode.Text, new byte[2000]), options: new HubOptions { MaxMessageBytes = 1000 });

    [Fact]
    public void Code_1011_our_own_bug()
    {
        using var hub = new SimulatedHub(1, map: hub => hub.Map("fails", (ref request) => throw new InvalidOperationException("handler")));
        SimulatedClient client = hub.Named(0, "alice");
        hub.IsLogBroken = true;
        client.Send("fails", seq: 1);
        hub.Settle();
        Assert.Equal(CloseCode.InternalError, client.Peer.Closed?.Code);
        Assert.Equal("the log is broken", hub.LoopFaults.Single().Message);
    }

    [Fact]
    public async Task Codes_3000_and_3001_the_node_stops_or_is_emptied()
    {
        foreach ((ushort code, int loops) in new[] { (CloseCode.Shutdown, 1), (CloseCode.Drain, 3) })
        {
            using var server = new HubServer(loops);
            await using HubClient named = await HubClient.NamedAsync(server, "alice");
            await using HubClient nameless = await HubClient.OpenAsync(server, new HubPeer());
            Task<bool> drained = server.Hub.DrainAsync(HubClient.Patience, code);
            Assert.Equal(code, await named.ReceiveCloseAsync());
            Assert.Equal(code, await nameless.ReceiveCloseAsync());
            await using HubClient late = await HubClient.OpenAsync(server, new HubPeer());
            Assert.Equal(503, late.Peer.Status);
            await named.DisposeAsync();
            await nameless.DisposeAsync();
            Assert.True(await drained);
        }
    }

    [Fact]
    public async Task Who_is_sent_away_is_told_where_to_come_back_where_that_fits()
    {
        foreach ((string? hint, bool fits) in new[] { ("10.0.0.2:8083", true), (new string('x', 100) + ".example:8083", false), (null, false) })
        {
            using var server = new HubServer();
            server.Hub.Elsewhere = () => hint;
            await using HubClient client = await HubClient.NamedAsync(server, "alice");
            Task gone = server.Hub.EmptyAsync(1000, TestContext.Current.CancellationToken);
            Assert.Equal(CloseCode.Drain, await client.ReceiveCloseAsync());
            Assert.Equal(Bucket.EmptyReason + (fits ? $" node={hint}" : ""), client.Peer.Closed!.Value.Reason);
            await client.DisposeAsync();
            await gone;
        }
    }

    [Fact]
    public async Task A_member_that_is_slow_to_read_has_the_whole_time_of_a_stop()
    {
        const int Patience = 60_000;
        using var hub = new SimulatedHub(1, faults: new SimulatedFaults { SendBufferBytes = 1024 });
        SimulatedClient slow = hub.Named(0, "alice");
        slow.Send("join", "hall", seq: 1);
        hub.Settle();
        slow.Take();
        for (int i = 0; i < 100; i++)
        {
            _ = hub.Hub.PublishAsync("hall", $"message {i} of what is more than the socket takes");
            hub.Turn(0);
        }

        Task<bool> drained = hub.Hub.DrainAsync(TimeSpan.FromMilliseconds(Patience));
        for (int passed = 0; passed < Patience - 10_000; passed += 1000)
        {
            hub.Advance(1000);
            hub.Turn(0);
        }

        hub.Settle();
        Assert.Equal(100, slow.Take().Count);
        Assert.Equal(CloseCode.Shutdown, slow.Peer.Closed?.Code);
        Assert.Equal(0, hub.Loops[0].Counters.QueuedBytes);
        slow.Socket.End();
        hub.Settle();
        Assert.True(await drained.WaitAsync(HubClient.Patience));
    }

    [Fact]
    public void Code_3002_nothing_was_heard_in_time()
    {
        using var hub = new SimulatedHub(1, new HubOptions { HeartbeatInterval = 10_000, HeartbeatTimeout = 4_000 });
        SimulatedClient client = hub.Named(0, "alice");
        hub.Advance(9_800);
        hub.Settle();
        Assert.Equal(0, client.Peer.Pings);
        client.Socket.Write(FrameBytes.Client(Opcode.Pong, ""u8));
        hub.Settle();
        hub.Advance(9_800);
        hub.Settle();
        Assert.Equal(0, client.Peer.Pings);
        hub.Advance(300);
        hub.Settle();
        Assert.Equal(1, client.Peer.Pings);
        hub.Advance(3_500);
        hub.Settle();
        Assert.Null(client.Peer.Closed);
        hub.Advance(600);
        hub.Settle();
        Assert.Equal(CloseCode.HeartbeatTimeout, client.Peer.Closed?.Code);
    }

    [Fact]
    public void Code_3003_no_connect_in_time()
    {
        using var hub = new SimulatedHub(1, new HubOptions { ConnectTimeout = 5_000 });
        SimulatedClient client = hub.Connect(0, new HubPeer());
        hub.Settle();
        hub.Advance(4_900);
        hub.Settle();
        Assert.Null(client.Peer.Closed);
        hub.Advance(200);
        hub.Settle();
        Assert.Equal(CloseCode.ConnectTimeout, client.Peer.Closed?.Code);
    }

    [Fact]
    public async Task Code_3005_the_connection_limit_is_reached()
    {
        using var server = new HubServer(options: new HubOptions { MaxConnections = 1 });
        await using HubClient first = await HubClient.NamedAsync(server, "alice");
        await using HubClient second = await HubClient.OpenAsync(server, new HubPeer("/ws?user=bob"));
        Assert.Equal(CloseCode.Overloaded, await second.ReceiveCloseAsync());
        Assert.Empty(second.Peer.Inbox);
        await second.ReceiveEndAsync();
        await server.UntilAsync(() => server.Hub.SessionCount == 1);
        await first.DrainAsync();
        server.Hub.Apply(server.Hub.Options with { MaxConnections = 2 });
        await server.UntilAsync(() => server.Hub.Buckets[0].Options.MaxConnections == 2);
        await using HubClient third = await HubClient.NamedAsync(server, "carol");
    }

    [Fact]
    public void Code_3006_the_token_expires_after_days_or_minutes()
    {
        using var mint = new TokenMint();
        using var hub = new SimulatedHub(1, ErrorCodeTests.Tokens(mint), time: new FixedTime(TokenMint.Now));
        SimulatedClient Expiring(TimeSpan after) => hub.Connect(0, new HubPeer("/ws?token="
            + mint.Hs256(TokenMint.Claims(("exp", (TokenMint.Now + after).ToUnixTimeSeconds())))));
        SimulatedClient soon = Expiring(TimeSpan.FromMinutes(10));
        SimulatedClient late = Expiring(TimeSpan.FromDays(60));
        hub.Settle();
        long minutes = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;
        Pass(hub, minutes - 1_000, [soon, late]);
        Assert.Null(soon.Peer.Closed);
        Pass(hub, 1_100, [soon, late]);
        Assert.Equal(CloseCode.TokenExpired, soon.Peer.Closed?.Code);
        hub.Hub.Apply(hub.Hub.Options with { HeartbeatInterval = int.MaxValue, HeartbeatTimeout = int.MaxValue });
        hub.Settle();
        Pass(hub, (long)TimeSpan.FromDays(40).TotalMilliseconds, [late]);
        Assert.Null(late.Peer.Closed);
        Pass(hub, (long)TimeSpan.FromDays(20).TotalMilliseconds, [late]);
        Assert.Equal(CloseCode.TokenExpired, late.Peer.Closed?.Code);
    }

    [Fact]
    public void Code_3008_the_send_queue_was_full()
    {
        using var hub = new SimulatedHub(1, new HubOptions { Queue = new SendPolicy(Overflow.Close, 64 * 1024) });
        SimulatedClient client = hub.Named(0, "alice");
        for (int i = 0; i < 200; i++)
        {
            client.Send("ping", seq: 1, data: "\"" + new string('x', 1000) + "\"");
            hub.Turn(0);
        }

        hub.Settle();
        Assert.Equal(CloseCode.SlowConsumer, client.Peer.Closed?.Code);
        client.Socket.End();
        hub.Settle();
        hub.AssertEmpty();
    }

    [Fact]
    public async Task Code_3500_the_token_or_user_name_was_refused()
    {
        using var mint = new TokenMint();
        using var server = new HubServer(options: ErrorCodeTests.Tokens(mint), time: new FixedTime(TokenMint.Now));
        foreach (HubPeer peer in new[] { new HubPeer("/ws?token=a.b.c"), new HubPeer(headers: new KeyValuePair<string, string>("Authorization", "Bearer nonsense")) })
        {
            await using HubClient client = await HubClient.OpenAsync(server, peer);
            Assert.Equal(ErrorCode.Unauthorized, (await client.ReceiveAsync("connect")).ErrorCode);
            Assert.Equal(CloseCode.Unauthorized, await client.ReceiveCloseAsync());
        }

        await using HubClient good = await HubClient.OpenAsync(
            server, new HubPeer(headers: new KeyValuePair<string, string>("Authorization", "Bearer " + mint.Hs256(TokenMint.Claims()))));
        Assert.Equal("alice", (await good.ReceiveAsync("connect")).User);

        using var open = new HubServer();
        await using HubClient nameless = await HubClient.OpenAsync(open, new HubPeer("/ws?user="));
        Assert.Equal(CloseCode.Unauthorized, await nameless.ReceiveCloseAsync());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"message_id\":\"ping\",\"seq\":1}")]
    [InlineData("{\"message_id\":\"connect\",\"user\":\"a\\u0001\"}")]
    public async Task Code_3501_cannot_be_read_or_connect_was_not_first(string text)
    {
        using var server = new HubServer();
        await using HubClient client = await HubClient.OpenAsync(server, new HubPeer());
        await client.SendTextAsync(text);
        Assert.Equal(CloseCode.BadMessage, await client.ReceiveCloseAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Code_3502_kicked_on_every_connection(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient first = await HubClient.NamedAsync(server, "alice");
        await using HubClient second = await HubClient.NamedAsync(server, "alice", proto: true);
        await using HubClient other = await HubClient.NamedAsync(server, "bob");
        Assert.Equal(2, await server.Hub.KickAsync("alice", "go away"));
        Assert.Equal(0, await server.Hub.KickAsync("nobody"));
        Assert.Equal(CloseCode.Kicked, await first.ReceiveCloseAsync());
        Assert.Equal(CloseCode.Kicked, await second.ReceiveCloseAsync());
        Assert.Equal("go away", first.Peer.Closed?.Reason);
        await other.DrainAsync();
    }

    private static async Task AssertClosesAsync(ushort code, byte[] frame, bool proto = false, HubOptions? options = null)
    {
        using var server = new HubServer(options: options);
        await using HubClient client = await HubClient.NamedAsync(server, "alice", proto);
        await client.SendAsync(frame);
        Assert.Equal(code, await client.ReceiveCloseAsync());
    }

    /// <summary>Time passes in steps that keep the heartbeat content.</summary>
    private static void Pass(SimulatedHub hub, long milliseconds, SimulatedClient[] clients)
    {
        long step = Math.Min(milliseconds, hub.Hub.Options.HeartbeatInterval > 1_000_000 ? long.MaxValue : 20_000);
        for (long left = milliseconds; left > 0; left -= step)
        {
            hub.Advance(Math.Min(step, left));
            Array.ForEach(clients, client => client.Socket.Write(FrameBytes.Client(Opcode.Pong, ""u8)));
            hub.Settle();
        }
    }
}
