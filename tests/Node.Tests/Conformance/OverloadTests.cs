using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>A node that has no room, and one that is about to stop.</summary>
public sealed class OverloadTests
{
    public static TheoryData<Carrier> Carriers => new(Enum.GetValues<Carrier>());

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Beyond_the_connection_limit_a_session_ends_with_3005(Carrier carrier)
    {
        await using TestNode node = await TestNode.StartAsync(carrier, node: "  max_connections: 1");
        await using (RawClient first = await node.OpenAsync())
        {
            await using RawClient second = await node.OpenAsync();
            Assert.Equal(CloseCode.Overloaded, await second.ReadCloseAsync());
            await second.ReadEndAsync();
            await first.CloseAsync();
        }

        // The place is free once the node has seen the end of the stream, which may be after this side has.
        ServerFrame frame;
        do
        {
            await using RawClient next = await node.OpenAsync();
            await next.SendAsync(ClientFrame.Ping("a place"));
            frame = await next.ReadFrameAsync();
        }
        while (frame.Opcode == Opcode.Close);

        Assert.Equal("a place", frame.Text);
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Beyond_the_pace_of_admission_a_handshake_is_answered_503_and_who_is_in_goes_on(Carrier carrier)
    {
        // One a loop.
        await using TestNode node = await TestNode.StartAsync(carrier, node: "  admission_rate: 1\n  admission_burst: 1");
        List<RawClient> taken = [];
        HttpAnswer refused;
        do
        {
            RawClient client = await node.ConnectAsync();
            await client.SendAsync(UpgradeRequest.To("/echo"));
            refused = await client.ReadAnswerAsync();
            if (refused.Status == 101)
            {
                taken.Add(client);
                Assert.InRange(taken.Count, 1, 100);
            }
            else
            {
                await client.ReadEndAsync();
                await client.DisposeAsync();
            }
        }
        while (refused.Status == 101);

        Assert.Equal(503, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 60);
        Assert.NotEmpty(taken);
        foreach (RawClient client in taken)
        {
            await client.SendAsync(ClientFrame.Text("still here"));
            Assert.Equal("still here", (await client.ReadFrameAsync()).Text);
            await client.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task A_node_that_stops_says_3000_to_its_sessions_and_503_to_newcomers(Carrier carrier)
    {
        await using TestNode node = await TestNode.StartAsync(carrier);
        await using RawClient session = await node.OpenAsync();
        await using RawClient newcomer = await node.ConnectAsync();
        await newcomer.SendAsync("GET /health HTTP/1.1\r\nHost: a\r\n");
        await using RawClient late = await node.ConnectAsync();
        await late.SendAsync("GET /ws HTTP/1.1\r\n");

        // Accepting is in order: when the last one is served, those before it have been accepted.
        for (int i = 0; i < node.Host.Settings.Node.Loops * 4; i++)
        {
            await using RawClient probe = await node.OpenAsync();
            await probe.CloseAsync();
        }

        Task stopped = node.Host.StopAsync("test");
        Assert.Equal(CloseCode.Shutdown, await session.ReadCloseAsync());
        await session.SendAsync(ClientFrame.Close(CloseCode.Shutdown));
        await session.ReadEndAsync();
        await session.DisposeAsync();
        await stopped;

        await newcomer.SendAsync("\r\n");
        HttpAnswer health = await newcomer.ReadAnswerAsync();
        Assert.Equal((503, "{\"status\":\"draining\"}\n"), (health.Status, health.Body));
        await late.SendAsync("Host: a\r\n\r\n");
        Assert.Equal(503, (await late.ReadAnswerAsync()).Status);
    }
}
