using System.Buffers.Binary;
using System.Text;
using Node.Wire;

namespace Node.Tests.Support;

/// <summary>
/// A client's frames as bytes, right ones and wrong ones. Written without the product's own writer, so that a mistake there
/// is not repeated here.
/// </summary>
internal static class ClientFrame
{
    private static readonly byte[] MaskKey = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text, bool fin = true) => Of(Opcode.Text, Encoding.UTF8.GetBytes(text), fin);

    public static byte[] Binary(byte[] payload, bool fin = true) => Of(Opcode.Binary, payload, fin);

    public static byte[] More(string text, bool fin) => Of(Opcode.Continuation, Encoding.UTF8.GetBytes(text), fin);

    public static byte[] More(byte[] payload, bool fin) => Of(Opcode.Continuation, payload, fin);

    public static byte[] Ping(string payload = "") => Of(Opcode.Ping, Encoding.UTF8.GetBytes(payload));

    public static byte[] Pong(string payload = "") => Of(Opcode.Pong, Encoding.UTF8.GetBytes(payload));

    public static byte[] Close(int code, string reason = "") =>
        Of(Opcode.Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public static byte[] Of(Opcode opcode, byte[] payload, bool fin = true, int reserved = 0) =>
        Header((byte)((fin ? 0x80 : 0) | (reserved << 4) | (byte)opcode), payload.Length, payload);

    /// <summary>A frame that its sender did not mask.</summary>
    public static byte[] Unmasked(Opcode opcode, string payload) =>
        [(byte)(0x80 | (byte)opcode), (byte)payload.Length, .. Encoding.ASCII.GetBytes(payload)];

    /// <summary>A header that declares what it likes, with a payload of any length behind it.</summary>
    /// <param name="first">FIN, the reserved bits and the opcode.</param>
    /// <param name="length">The length to declare.</param>
    /// <param name="payload">What really follows, and is masked.</param>
    /// <param name="lengthBytes">0, 2 or 8: how the length is encoded; -1 for as short as can be.</param>
    public static byte[] Header(byte first, long length, byte[] payload, int lengthBytes = -1)
    {
        int form = lengthBytes >= 0 ? lengthBytes : length < 126 ? 0 : length <= ushort.MaxValue ? 2 : 8;
        var frame = new byte[2 + form + 4 + payload.Length];
        frame[0] = first;
        frame[1] = (byte)(0x80 | form switch { 0 => (byte)length, 2 => 126, _ => 127 });
        switch (form)
        {
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)length);
                break;
            case 8:
                BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), length);
                break;
        }

        MaskKey.CopyTo(frame, 2 + form);
        for (int i = 0; i < payload.Length; i++)
        {
            frame[2 + form + 4 + i] = (byte)(payload[i] ^ MaskKey[i % 4]);
        }

        return frame;
    }
}
