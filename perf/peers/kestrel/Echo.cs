using System.Buffers;
using System.Net.WebSockets;

namespace Peer.Kestrel;

internal static class Echo
{
    private const int BufferSize = 4096;

    public static async Task RunAsync(WebSocket socket)
    {
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                // The zero-byte receive waits without a buffer, so that an idle connection rents none.
                await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                ValueWebSocketReceiveResult received;
                do
                {
                    received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    if (received.MessageType == WebSocketMessageType.Close)
                    {
                        await socket.CloseOutputAsync(
                            WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                        return;
                    }

                    await socket.SendAsync(
                        buffer.AsMemory(0, received.Count),
                        received.MessageType,
                        received.EndOfMessage,
                        CancellationToken.None);
                }
                while (!received.EndOfMessage);

                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
