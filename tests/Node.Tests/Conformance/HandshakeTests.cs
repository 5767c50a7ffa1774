using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>The opening handshake (RFC 6455, 4.2) on the wire: what is refused and how, and what has to be accepted.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class HandshakeTests(StrictNodes nodes)
{
    private static readonly Dictionary<string, Refusal> ById = Refusals.All.ToDictionary(refusal => refusal.Id);

    public static TheoryData<string, Carrier> Refused => new(
        from id in ById.Keys from carrier in Enum.GetValues<Carrier>() select (id, carrier));

    public static TheoryData<Carrier> Carriers => new(Enum.GetValues<Carrier>());

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_request_is_refused_by_name_and_the_stream_ends(string id, Carrier carrier)
    {
        Refusal refusal = ById[id];
        TestNode node = await nodes.On(carrier);
        foreach (bool octets in (bool[])[false, true])
        {
            await using RawClient client = await node.ConnectAsync();
            byte[] request = System.Text.Encoding.Latin1.GetBytes(refusal.Request);
            await (octets ? client.SendOctetsAsync(request) : client.SendAsync(request));
            HttpAnswer answer = await client.ReadAnswerAsync();
            Assert.Equal((refusal.Status, refusal.Reason + "\n"), (answer.Status, answer.Body));
            Assert.True(answer.Has("Connection", "close"));
            Assert.Equal(answer.Body.Length, answer.ContentLength);
            CheckHeaders(answer);
            await client.ReadEndAsync();
        }
    }

    [Theory]
    [InlineData("GET /ws HTTP/1.1")]
    [InlineData("GET /ws?user=alice HTTP/1.1")]
    [InlineData("GET /echo HTTP/1.1")]
    [InlineData("GET http://localhost/ws HTTP/1.1")]
    [InlineData("GET ws://localhost:8083/ws?a=b HTTP/1.1")]
    [InlineData("GET /ws HTTP/1.2")]
    public async Task A_request_line_is_accepted(string line) => await AcceptsAsync(UpgradeRequest.Text(line));

    [Theory]
    [InlineData("Connection", "keep-alive, Upgrade")]
    [InlineData("Connection", "UPGRADE")]
    [InlineData("Connection", " ,, upgrade ,\t")]
    [InlineData("Upgrade", "WebSocket")]
    [InlineData("Upgrade", "h2c, websocket")]
    [InlineData("Sec-WebSocket-Key", "\t dGhlIHNhbXBsZSBub25jZQ== \t")]
    [InlineData("Sec-WebSocket-Protocol", "unheard-of")]
    [InlineData("Sec-WebSocket-Extensions", "x-unheard-of; with=\"a-value\", permessage-bzip2")]
    [InlineData("Origin", "https://app.example")]
    [InlineData("Origin", "HTTPS://APP.EXAMPLE")]
    [InlineData("Content-Length", "0")]
    [InlineData("Host", "")]
    [InlineData("Host", "[::1]:8083")]
    [InlineData("Host", "a.example:8083")]
    [InlineData("X-Anything", "caf\u00E9 \"quoted\" (comment); a=b")]
    public async Task A_header_is_accepted(string name, string value) =>
        await AcceptsAsync(UpgradeRequest.Text("GET /ws HTTP/1.1", (name, value)));

    [Fact]
    public async Task Neither_order_nor_case_nor_repetition_of_headers_matters() => await AcceptsAsync(
        "GET /ws HTTP/1.1\r\nsec-websocket-version:13\r\nSEC-WEBSOCKET-KEY:" + UpgradeRequest.Key
        + "\r\nConnection: keep-alive\r\ncOnNeCtIoN: upgrade\r\nX-Same: 1\r\nX-Same: 2\r\nuPgRaDe: h2c\r\nUpgrade: WEBSOCKET\r\nhost: a\r\n\r\n");

    [Theory]
    [InlineData(null, null)]
    [InlineData("pubsub.v1.json", "pubsub.v1.json")]
    [InlineData("pubsub.v1.proto", "pubsub.v1.proto")]
    [InlineData("pubsub.v1.proto,pubsub.v1.json", "pubsub.v1.json")]
    [InlineData("x, pubsub.v1.proto ,y", "pubsub.v1.proto")]
    [InlineData("PUBSUB.V1.JSON", null)]
    [InlineData("pubsub.v2.json", null)]
    public async Task A_subprotocol_is_chosen_by_the_server(string? offered, string? chosen)
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).ConnectAsync();
        HttpAnswer answer = await client.OpenAsync("/ws", ("Sec-WebSocket-Protocol", offered));
        Assert.Equal(chosen, answer.Header("Sec-WebSocket-Protocol"));
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Health_is_told_to_whoever_asks(Carrier carrier)
    {
        foreach (string line in (string[])["GET /health HTTP/1.1", "GET /health?verbose HTTP/1.1", "GET /health HTTP/1.0"])
        {
            await using RawClient client = await (await nodes.On(carrier)).ConnectAsync();
            await client.SendAsync($"{line}\r\nHost: a\r\n\r\n");
            HttpAnswer answer = await client.ReadAnswerAsync();
            Assert.Equal((200, "{\"status\":\"ok\"}\n"), (answer.Status, answer.Body));
            await client.ReadEndAsync();
        }
    }

    [Fact]
    public async Task A_HEAD_of_health_has_a_head_and_no_body()
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).ConnectAsync();
        await client.SendAsync("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n");
        string rest = System.Text.Encoding.ASCII.GetString(await client.ReadRestAsync());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", rest);
        Assert.EndsWith("\r\n\r\n", rest);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Health_is_only_read(string method)
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).ConnectAsync();
        await client.SendAsync($"{method} /health HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        HttpAnswer answer = await client.ReadAnswerAsync();
        Assert.Equal(405, answer.Status);
        Assert.Equal("GET, HEAD", answer.Header("Allow"));
    }

    private static void CheckHeaders(HttpAnswer answer)
    {
        switch (answer.Status)
        {
            case 405:
                Assert.Equal("GET", answer.Header("Allow"));
                break;
            case 426:
                // RFC 6455, 4.4, and RFC 9110, 15.5.22 and 7.8: an Upgrade header is named in Connection too.
                Assert.Equal("13", answer.Header("Sec-WebSocket-Version"));
                Assert.Equal("websocket", answer.Header("Upgrade"));
                Assert.True(answer.Has("Connection", "upgrade"));
                break;
        }
    }

    private async Task AcceptsAsync(string request)
    {
        foreach (Carrier carrier in Enum.GetValues<Carrier>())
        {
            await using RawClient client = await (await nodes.On(carrier)).ConnectAsync();
            await client.SendAsync(request);
            HttpAnswer answer = await client.ReadUpgradedAsync();
            Assert.Equal(UpgradeRequest.Accept, answer.Header("Sec-WebSocket-Accept"));
            Assert.Equal("websocket", answer.Header("Upgrade"), ignoreCase: true);
            Assert.True(answer.Has("Connection", "Upgrade"));
            Assert.Null(answer.Header("Sec-WebSocket-Extensions"));
            await client.SendAsync(ClientFrame.Close(CloseCode.Normal));
            ServerFrame frame;
            while ((frame = await client.ReadFrameAsync()).Opcode == Opcode.Text)
            {
                // The node's own first message, to a user that the request has named.
            }

            Assert.Equal(CloseCode.Normal, frame.CloseCode);
            await client.ReadEndAsync();
        }
    }
}
