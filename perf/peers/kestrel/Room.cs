using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace Peer.Kestrel;

/// <summary>One room: a bounded channel and a writer a member, the payload shared by all of them.</summary>
internal sealed class Room
{
    private const int Queue = 256;
    private const int MaxMessage = 64 * 1024;

    private readonly ConcurrentDictionary<Channel<Message>, WebSocket> _members = new();

    private readonly record struct Message(WebSocketMessageType Type, byte[] Data);

    public async Task RunAsync(WebSocket socket)
    {
        var queue = Channel.CreateBounded<Message>(
            new BoundedChannelOptions(Queue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _members[queue] = socket;
        Task writer = WriteAsync(socket, queue.Reader);
        try
        {
            await ReadAsync(socket);
        }
        finally
        {
            _members.TryRemove(queue, out _);
            queue.Writer.Complete();
            await writer;
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private async Task ReadAsync(WebSocket socket)
    {
        byte[] buffer = [];
        while (true)
        {
            ValueWebSocketReceiveResult received =
                await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            if (buffer.Length == 0)
            {
                buffer = new byte[MaxMessage];
            }

            int length = 0;
            while (received.MessageType != WebSocketMessageType.Close && !received.EndOfMessage && length < MaxMessage)
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += received.Count;
            }

            if (received.MessageType == WebSocketMessageType.Close || !received.EndOfMessage)
            {
                return;
            }

            Publish(new Message(received.MessageType, buffer.AsSpan(0, length).ToArray()));
        }
    }

    private void Publish(Message message)
    {
        foreach ((Channel<Message> queue, WebSocket socket) in _members)
        {
            if (!queue.Writer.TryWrite(message))
            {
                socket.Abort(); // a slow consumer
            }
        }
    }

    private static async Task WriteAsync(WebSocket socket, ChannelReader<Message> queue)
    {
        try
        {
            await foreach (Message message in queue.ReadAllAsync())
            {
                await socket.SendAsync(message.Data, message.Type, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            socket.Abort();
        }
    }
}
