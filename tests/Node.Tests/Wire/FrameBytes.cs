using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>Frames for tests, as bytes.</summary>
internal static class FrameBytes
{
    public const uint Key = 0xA1B2C3D4;

    public static byte[] Client(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true, bool rsv1 = false)
    {
        var bytes = new byte[FrameWriter.MaskedHeaderSize(payload.Length) + payload.Length];
        int header = FrameWriter.WriteMaskedHeader(bytes, opcode, fin, rsv1, payload.Length, Key);
        payload.CopyTo(bytes.AsSpan(header));
        Masking.Apply(bytes.AsSpan(header), Key);
        return bytes;
    }

    public static byte[] Client(Opcode opcode, string payload, bool fin = true) =>
        Client(opcode, Encoding.UTF8.GetBytes(payload), fin);

    public static byte[] Server(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true, bool rsv1 = false)
    {
        var bytes = new byte[FrameWriter.HeaderSize(payload.Length) + payload.Length];
        int header = FrameWriter.WriteHeader(bytes, opcode, fin, rsv1, payload.Length);
        payload.CopyTo(bytes.AsSpan(header));
        return bytes;
    }

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
