using System.Text;
using Node.Hub;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>A connection before it is a WebSocket.</summary>
public class EntranceTests
{
    [Fact]
    public async Task Health_is_told_on_the_same_port()
    {
        using var server = new HubServer();
        using var http = new HttpClient();
        HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{server.EndPoint}/health"), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("{\"status\":\"ok\"}\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await server.Hub.DrainAsync(HubClient.Patience);
        answer = await http.GetAsync(new Uri($"http://{server.EndPoint}/health"), TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal("{\"status\":\"draining\"}\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Other_paths_and_bad_requests_are_refused_by_status()
    {
        using var server = new HubServer(options: new HubOptions { Origins = new OriginPolicy("https://app.example") });
        Assert.Equal(404, (await HubClient.OpenAsync(server, new HubPeer("/elsewhere"))).Peer.Status);
        Assert.Equal(404, (await HubClient.OpenAsync(server, new HubPeer("/echo"))).Peer.Status);
        var stranger = new HubPeer(headers: new KeyValuePair<string, string>("Origin", "https://evil.example"));
        Assert.Equal(403, (await HubClient.OpenAsync(server, stranger)).Peer.Status);
        await server.UntilAsync(() => server.Hub.SessionCount == 0);
    }

    [Fact]
    public void Half_a_request_is_waited_for_and_then_refused()
    {
        using var hub = new SimulatedHub(1, new HubOptions { HandshakeTimeout = 3_000 });
        var socket = hub.ConnectRaw(0);
        socket.Write("GET /ws HTTP/1.1\r\nHost: x\r\n"u8);
        hub.Settle();
        hub.Advance(2_900);
        hub.Settle();
        Assert.Equal(0, socket.Unread);
        hub.Advance(200);
        hub.Settle();
        Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(socket.Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_over_the_limit_is_answered_431()
    {
        using var hub = new SimulatedHub(1, new HubOptions { HeadLimits = new HeadLimits(1024, 10) });
        var socket = hub.ConnectRaw(0);
        socket.Write(Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\nHost: x\r\nX: " + new string('x', 2000)));
        hub.Settle();
        Assert.StartsWith("HTTP/1.1 431 ", Encoding.ASCII.GetString(socket.Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_may_stand_right_behind_the_request()
    {
        using var hub = new SimulatedHub(1);
        var peer = new HubPeer("/ws?user=alice");
        SimulatedClient client = hub.Connect(0, peer);
        client.Send("ping", seq: 5);
        hub.Settle();
        Assert.Equal(["connect", "ping"], client.Take().Select(message => message.MessageId));
    }

    [Fact]
    public async Task Echo_returns_every_message_with_its_opcode()
    {
        using var server = new HubServer(options: new HubOptions { Echo = true });
        await using HubClient client = await HubClient.OpenAsync(server, new HubPeer("/echo"));
        await client.SendTextAsync("{}");
        await client.SendAsync(Wire.FrameBytes.Client(Opcode.Binary, [1, 2, 3]));
        await client.UntilAsync(() => client.Peer.Frames.Count == 2);
        Assert.Equal((Opcode.Text, "{}"), (client.Peer.Frames[0].Opcode, Encoding.ASCII.GetString(client.Peer.Frames[0].Payload)));
        Assert.Equal((Opcode.Binary, 3), (client.Peer.Frames[1].Opcode, client.Peer.Frames[1].Payload.Length));
    }

    [Fact]
    public void Who_does_not_read_its_echoes_is_not_read_from()
    {
        using var hub = new SimulatedHub(1, new HubOptions { Echo = true });
        SimulatedClient client = hub.Connect(0, new HubPeer("/echo"));
        hub.Settle();
        byte[] frame = Wire.FrameBytes.Client(Opcode.Binary, new byte[30_000]);
        for (int i = 0; i < 20; i++)
        {
            client.Socket.Write(frame);
        }

        for (int i = 0; i < 100; i++)
        {
            hub.Turn(0);
        }

        Assert.True(client.Socket.Undelivered > 10 * 30_000, "what is not read waits at the peer");
        Assert.InRange(hub.Loops[0].Counters.QueuedBytes, 1, 300_000);
        hub.Settle();
        Assert.Equal(20, client.Peer.Frames.Count);
    }
}
