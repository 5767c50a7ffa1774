using System.Buffers;
using System.Net.WebSockets;

namespace Peer.Kestrel;

internal static class Echo
{
    private const int BufferSize = 4096;

    public static async Task RunAsync(WebSocket socket)
    {
        while (await EchoMessageAsync(socket))
        {
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async ValueTask<bool> EchoMessageAsync(WebSocket socket)
    {
        // The zero-byte receive waits without a buffer, so that an idle connection rents none. An empty message is
        // received by it whole.
        ValueWebSocketReceiveResult received = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (received.MessageType != WebSocketMessageType.Close)
            {
                if (received.Count > 0 || received.EndOfMessage)
                {
                    await socket.SendAsync(
                        buffer.AsMemory(0, received.Count),
                        received.MessageType,
                        received.EndOfMessage,
                        CancellationToken.None);
                }

                if (received.EndOfMessage)
                {
                    return true;
                }

                received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
