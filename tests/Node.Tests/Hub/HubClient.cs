using System.Net;
using System.Net.Sockets;
using Node.Tests.Messages;
using Node.Tests.Wire;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>
/// A client of the hub on a real socket. It reads only while a test waits for something, so a test can let it be slow. Every
/// wait ends after <see cref="Patience"/>.
/// </summary>
internal sealed class HubClient : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly CancellationTokenSource _patience = new(Patience);
    private ulong _seq;

    private HubClient(HubPeer peer) => Peer = peer;

    public HubPeer Peer { get; }

    /// <summary>Connects and asks for the upgrade; the answer is awaited.</summary>
    public static Task<HubClient> OpenAsync(HubServer server, HubPeer peer) => OpenAsync(server.EndPoint, peer);

    /// <inheritdoc cref="OpenAsync(HubServer, HubPeer)"/>
    public static async Task<HubClient> OpenAsync(IPEndPoint server, HubPeer peer)
    {
        var client = new HubClient(peer);
        await client._socket.ConnectAsync(server, client._patience.Token);
        await client.SendAsync(peer.Upgrade());
        await client.UntilAsync(() => peer.Status != 0);
        return client;
    }

    /// <summary>A client whose user is named in the URL and who has been told so.</summary>
    public static Task<HubClient> NamedAsync(HubServer server, string user, bool proto = false, DeflateOptions? deflate = null) =>
        NamedAsync(server.EndPoint, user, proto, deflate);

    /// <inheritdoc cref="NamedAsync(HubServer, string, bool, DeflateOptions?)"/>
    public static async Task<HubClient> NamedAsync(
        IPEndPoint server, string user, bool proto = false, DeflateOptions? deflate = null)
    {
        HubClient client = await OpenAsync(server, new HubPeer($"/ws?user={user}", proto, deflate));
        MessageModel welcome = await client.ReceiveAsync("connect");
        Assert.Equal((user, 0UL), (welcome.User, welcome.Seq));
        return client;
    }

    public Task SendAsync(MessageModel message) => SendAsync(Peer.Frame(message));

    public Task SendTextAsync(string json) => SendAsync(FrameBytes.Client(Opcode.Text, json));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _patience.Token)..];
        }
    }

    /// <summary>Sends with a number of its own and awaits the reply with that number.</summary>
    public async Task<MessageModel> RequestAsync(MessageModel message)
    {
        MessageModel numbered = message with { Seq = ++_seq };
        await SendAsync(numbered);
        MessageModel reply = await ReceiveAsync(reply => reply.Seq == numbered.Seq);
        Assert.Equal(numbered.MessageId, reply.MessageId);
        return reply;
    }

    public Task<MessageModel> RequestAsync(string route, string room = "", string data = "", ulong offset = 0, string epoch = "") =>
        RequestAsync(Of(route, room, data) with { Offset = offset, Epoch = epoch });

    public async Task<MessageModel> JoinAsync(string room)
    {
        MessageModel reply = await RequestAsync("join", room);
        Assert.Equal(0u, reply.ErrorCode);
        return reply;
    }

    public static MessageModel Of(string route, string room = "", string data = "") =>
        new() { MessageId = route, Room = room, Data = data, Kind = data.Length > 0 ? DataKind.Json : DataKind.None };

    /// <summary>Takes the first message that fits; those before it stay.</summary>
    public async Task<MessageModel> ReceiveAsync(Predicate<MessageModel> fits)
    {
        await UntilAsync(() => Peer.Inbox.Exists(fits));
        int at = Peer.Inbox.FindIndex(fits);
        MessageModel message = Peer.Inbox[at];
        Peer.Inbox.RemoveAt(at);
        return message;
    }

    public Task<MessageModel> ReceiveAsync(string route) => ReceiveAsync(message => message.MessageId == route && message.Seq == 0);

    /// <summary>Everything up to the answer of a ping: what had to come by now, and nothing else.</summary>
    public async Task<List<MessageModel>> DrainAsync()
    {
        await RequestAsync("ping");
        List<MessageModel> all = [.. Peer.Inbox];
        Peer.Inbox.Clear();
        return all;
    }

    /// <summary>The close frame that the server sends.</summary>
    public async Task<ushort> ReceiveCloseAsync()
    {
        await UntilAsync(() => Peer.Closed is not null);
        return Peer.Closed!.Value.Code;
    }

    public async Task UntilAsync(Func<bool> done)
    {
        _patience.CancelAfter(Patience);
        while (!done())
        {
            int read = await _socket.ReceiveAsync(_buffer, _patience.Token);
            Assert.True(read > 0, $"the server ended the stream; status {Peer.Status}, close {Peer.Closed}");
            Peer.Feed(_buffer.AsSpan(0, read));
        }
    }

    /// <summary>Waits for the end of the stream, whichever way it comes.</summary>
    public async Task ReceiveEndAsync()
    {
        try
        {
            int read;
            while ((read = await _socket.ReceiveAsync(_buffer, _patience.Token)) > 0)
            {
                Peer.Feed(_buffer.AsSpan(0, read));
            }
        }
        catch (SocketException)
        {
            // A reset ends it too.
        }
    }

    /// <summary>Resets the connection.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _patience.Dispose();
        Peer.Dispose();
        return ValueTask.CompletedTask;
    }
}
