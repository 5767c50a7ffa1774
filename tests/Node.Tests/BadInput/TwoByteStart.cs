using System.Net;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.BadInput;

/// <summary>
/// One of the 65,536 ways in which a frame can begin, and what has to become of it: written down from RFC 6455, 5.2, without a
/// look at the reader under test.
/// </summary>
internal readonly record struct TwoByteStart(byte First, byte Second)
{
    private int Op => First & 0x0F;

    private bool IsFinal => (First & 0x80) != 0;

    private bool IsControl => Op >= 8;

    private int Length => Second & 0x7F;

    private bool IsAllowed =>
        (First & 0x70) == 0 && Op is 1 or 2 or 8 or 9 or 10 && (Second & 0x80) != 0
        && Length < 126 && (!IsControl || IsFinal);

    /// <summary>
    /// Those that a real process is sent: all that leave the reserved bits alone, and of the others each first octet with every
    /// kind of second. (Each of them is a connection, and the reader sees all 65,536 elsewhere.)
    /// </summary>
    public static IEnumerable<TwoByteStart> Sample =>
        from start in All
        where (start.First & 0x70) == 0 || start.Length is 0 or 1 or 125 or 126 or 127
        select start;

    public static IEnumerable<TwoByteStart> All => Enumerable.Range(0, 1 << 16).Select(i => new TwoByteStart((byte)(i >> 8), (byte)i));

    /// <summary>What a reader of a server without extensions has to make of it.</summary>
    public WireEventKind Kind => this switch
    {
        _ when IsRefused => WireEventKind.Error,
        { Op: 8 } => WireEventKind.Close,
        { Op: 9 } => WireEventKind.Ping,
        { Op: 10 } => WireEventKind.Pong,
        { IsFinal: true } => WireEventKind.Message,
        _ => WireEventKind.NeedMore,
    };

    /// <summary>The frame with a mask of zeros, and zeros for a payload.</summary>
    public byte[] Bytes => [First, Second, .. new byte[Length switch { 126 => 6, 127 => 12, _ => 4 + Length }]];

    /// <summary>Not a frame, or a close frame with half a code or with code 0.</summary>
    private bool IsRefused => !IsAllowed || (Op == 8 && Length > 0);

    /// <summary>Sends it, then a ping, and checks what comes back.</summary>
    public async Task TryAsync(IPEndPoint node)
    {
        await using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync((byte[])[.. UpgradeRequest.To("/echo"), .. Bytes, .. ClientFrame.Ping("alive")]);
        await client.ReadUpgradedAsync();
        if (IsRefused)
        {
            await ReadCloseAsync(client, CloseCode.ProtocolError);
        }
        else if (Op == 8)
        {
            await ReadCloseAsync(client, CloseCode.NoStatus);
        }
        else
        {
            if ((Op is 1 or 2 && IsFinal) || Op == 9)
            {
                ServerFrame frame = await client.ReadFrameAsync();
                Check(frame.Payload.Length == Length && (int)frame.Opcode == (Op == 9 ? 10 : Op), frame);
            }

            ServerFrame pong = await client.ReadFrameAsync();
            Check(pong is { Opcode: Opcode.Pong, Text: "alive" }, pong);
        }

        // A reset: 65,536 ports that are kept waiting for late segments would be too many.
        client.Abort();
    }

    private async Task ReadCloseAsync(RawClient client, ushort code)
    {
        ServerFrame frame = await client.ReadFrameAsync();
        Check(frame.Opcode == Opcode.Close && frame.CloseCode == code, frame);
        await client.ReadEndAsync();
    }

    private void Check(bool holds, ServerFrame frame) => Assert.True(holds, $"{First:X2} {Second:X2} was answered by {frame}");
}
