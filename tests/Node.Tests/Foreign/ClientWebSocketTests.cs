using System.Net.WebSockets;
using System.Text;
using Node.Tests.Conformance;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Foreign;

/// <summary>The framework's own client against the node: plain, under TLS, compressed with and without context takeover.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class ClientWebSocketTests(ConformanceNodes nodes, ImpatientNodes impatient)
{
    public static TheoryData<Carrier, string> Ways => new(
        from carrier in Enum.GetValues<Carrier>()
        from deflate in (string[])["off", "on", "no takeover", "small windows"]
        select (carrier, deflate));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_of_every_size_come_back(Carrier carrier, string deflate)
    {
        using ClientWebSocket socket = await ConnectAsync(await nodes.On(carrier), "/echo", deflate);
        byte[] noise = new byte[300_000];
        new Random(5).NextBytes(noise);
        foreach (int length in (int[])[0, 1, 125, 126, 4000, 65_535, 65_536, 300_000])
        {
            await EchoAsync(socket, WebSocketMessageType.Binary, noise[..length]);
            await EchoAsync(socket, WebSocketMessageType.Text, Encoding.UTF8.GetBytes(new string('ä', length / 2)));
        }

        using var patience = new CancellationTokenSource(RawClient.Patience);
        await socket.CloseAsync((WebSocketCloseStatus)4000, "done", patience.Token);
        Assert.Equal((WebSocketState.Closed, 4000), (socket.State, (int)socket.CloseStatus!));
    }

    [Theory]
    [InlineData(Carrier.Epoll)]
    [InlineData(Carrier.Sockets)]
    [InlineData(Carrier.Tls)]
    public async Task It_hears_why_the_node_closes(Carrier carrier)
    {
        using ClientWebSocket socket = await ConnectAsync(await impatient.On(carrier), "/ws", "off");
        using var patience = new CancellationTokenSource(RawClient.Patience);
        WebSocketReceiveResult result = await socket.ReceiveAsync(new byte[100], patience.Token);
        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        Assert.Equal((CloseCode.ConnectTimeout, "no connect in time"), ((ushort)socket.CloseStatus!, socket.CloseStatusDescription));
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestNode node, string path, string deflate)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == TestNode.CertificateName;
        bool small = deflate == "small windows";
        socket.Options.DangerousDeflateOptions = deflate == "off" ? null : new WebSocketDeflateOptions
        {
            ClientContextTakeover = deflate != "no takeover", ServerContextTakeover = deflate != "no takeover",
            ClientMaxWindowBits = small ? 9 : 15, ServerMaxWindowBits = small ? 10 : 15,
        };
        using var patience = new CancellationTokenSource(RawClient.Patience);
        await socket.ConnectAsync(new Uri($"{(node.IsTls ? "wss" : "ws")}://{node.EndPoint}{path}"), patience.Token);
        return socket;
    }

    private static async Task EchoAsync(ClientWebSocket socket, WebSocketMessageType type, byte[] message)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        Task sending = socket.SendAsync(message, type, true, patience.Token);
        var received = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        WebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer, patience.Token);
            received.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        await sending;
        Assert.Equal(type, result.MessageType);
        Assert.True(message.AsSpan().SequenceEqual(received.ToArray()), $"{message.Length} bytes came back as {received.Length}");
    }
}
