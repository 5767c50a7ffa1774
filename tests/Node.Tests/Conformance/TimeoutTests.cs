using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>Silence, and speech so slow that it is silence.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class TimeoutTests(ImpatientNodes nodes)
{
    public static TheoryData<Carrier> Carriers => new(Enum.GetValues<Carrier>());

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Who_sends_nothing_or_half_a_request_gets_408(Carrier carrier)
    {
        foreach (string start in (string[])["", "G", "GET /ws HTTP/1.1\r\nHost: a\r\nUpgr"])
        {
            await using RawClient client = await (await nodes.On(carrier)).ConnectAsync();
            await client.SendAsync(start);
            await ReadTimeoutAsync(client);
        }
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Who_sends_an_octet_now_and_then_gets_408_all_the_same(Carrier carrier)
    {
        await using RawClient client = await (await nodes.On(carrier)).ConnectAsync();
        Task answered = ReadTimeoutAsync(client);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        foreach (byte octet in UpgradeRequest.To("/ws?pad=" + new string('x', 2000)))
        {
            if (answered.IsCompleted)
            {
                break;
            }

            await client.SendAsync(new[] { octet });
            await clock.WaitForNextTickAsync();
        }

        Assert.True(answered.IsCompleted, "the whole request was sent before the node lost patience");
        await answered;
    }

    [Fact]
    public async Task Who_does_not_finish_a_TLS_handshake_is_dropped()
    {
        TestNode node = await nodes.On(Carrier.Tls);
        foreach (byte[] start in (byte[][])[[], [0x16, 0x03, 0x01]])
        {
            await using RawClient client = await RawClient.ConnectAsync(node.EndPoint);
            await client.SendAsync(start);
            await client.ReadRestAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Who_connects_and_says_no_name_gets_3003(Carrier carrier)
    {
        TestNode node = await nodes.On(carrier);
        await using RawClient silent = await node.OpenAsync("/ws");
        await using RawClient lively = await node.OpenAsync("/ws");
        await lively.SendAsync(ClientFrame.Ping("a ping is not a name"));
        await ReadCloseAfterPingsAsync(silent, CloseCode.ConnectTimeout);
        await ReadCloseAfterPingsAsync(lively, CloseCode.ConnectTimeout);
    }

    [Theory]
    [InlineData("/echo")]
    [InlineData("/ws?user=silent")]
    public async Task Who_answers_no_ping_gets_3002(string path)
    {
        foreach (Carrier carrier in Enum.GetValues<Carrier>())
        {
            await using RawClient client = await (await nodes.On(carrier)).OpenAsync(path);
            int pings = await ReadCloseAfterPingsAsync(client, CloseCode.HeartbeatTimeout);
            Assert.Equal(1, pings);
        }
    }

    [Fact]
    public async Task Half_a_message_is_no_sign_of_life_for_ever()
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).OpenAsync();
        await client.SendAsync(ClientFrame.Header(0x82, 100, new byte[50]));
        await ReadCloseAfterPingsAsync(client, CloseCode.HeartbeatTimeout);
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Who_answers_every_ping_stays(Carrier carrier)
    {
        // Patient for an answer, so that a busy machine does not make a liar of this test.
        await using TestNode node = await TestNode.StartAsync(carrier, "heartbeat:\n  interval: 100ms\n  timeout: 1m");
        await using RawClient client = await node.OpenAsync();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(Opcode.Ping, (await client.ReadFrameAsync()).Opcode);
            await client.SendAsync(ClientFrame.Pong());
        }

        await client.CloseAsync();
    }

    private static async Task ReadTimeoutAsync(RawClient client)
    {
        HttpAnswer answer = await client.ReadAnswerAsync();
        Assert.Equal((408, "the request took too long\n"), (answer.Status, answer.Body));
        Assert.True(answer.Has("Connection", "close"));
        await client.ReadEndAsync();
    }

    private static async Task<int> ReadCloseAfterPingsAsync(RawClient client, ushort code)
    {
        int pings = 0;
        while (true)
        {
            ServerFrame frame = await client.ReadFrameAsync();
            if (frame.Opcode == Opcode.Close)
            {
                Assert.Equal(code, frame.CloseCode);
                await client.ReadEndAsync();
                return pings;
            }

            pings += frame.Opcode == Opcode.Ping ? 1 : 0;
        }
    }
}
