using Node.Wire;

namespace Node.Benchmarks;

/// <summary>What a client sends: masked frames.</summary>
internal static class ClientFrames
{
    public static byte[] Frame(Opcode opcode, ReadOnlySpan<byte> payload, uint key = 0x5A3C96E1)
    {
        byte[] frame = new byte[FrameWriter.MaskedHeaderSize(payload.Length) + payload.Length];
        int header = FrameWriter.WriteMaskedHeader(frame, opcode, fin: true, rsv1: false, payload.Length, key);
        payload.CopyTo(frame.AsSpan(header));
        Masking.Apply(frame.AsSpan(header), key);
        return frame;
    }

    /// <summary>The same frame several times, as one piece of input.</summary>
    public static byte[] Burst(byte[] frame, int count) =>
        [.. Enumerable.Repeat(frame, count).SelectMany(bytes => bytes)];

    public static byte[] Request(string target, string? subprotocol = null) => System.Text.Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: node.example.com:8083\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)\r\n"
        + "Accept-Language: en-US,en;q=0.5\r\nCache-Control: no-cache\r\nConnection: keep-alive, Upgrade\r\n"
        + "Upgrade: websocket\r\nOrigin: https://app.example.com\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + (subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n")
        + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");
}
