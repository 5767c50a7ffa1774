using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Node.Load.Net;

/// <summary>Frames as a client sends them: RFC 6455, 5.2 and 5.3.</summary>
internal static class ClientFrame
{
    public const int MaxHeader = 14;

    /// <summary>
    /// One key for the process, never zero: a fresh one a frame would cost the generator more than it costs the
    /// server, and a zero key would let a server skip the unmasking.
    /// </summary>
    private static readonly byte[] s_mask = CreateMask();

    /// <summary>Writes a whole masked frame into <paramref name="target"/> and returns its size.</summary>
    public static int Write(Span<byte> target, byte opcode, ReadOnlySpan<byte> payload)
    {
        int header = WriteHeader(target, opcode, payload.Length);
        Span<byte> masked = target.Slice(header, payload.Length);
        for (int i = 0; i < payload.Length; i++)
        {
            masked[i] = (byte)(payload[i] ^ s_mask[i & 3]);
        }

        return header + payload.Length;
    }

    public static byte[] Create(byte opcode, ReadOnlySpan<byte> payload)
    {
        byte[] buffer = new byte[MaxHeader + payload.Length];
        return buffer[..Write(buffer, opcode, payload)];
    }

    private static int WriteHeader(Span<byte> target, byte opcode, int length)
    {
        target[0] = (byte)(0x80 | opcode);
        int at = 2;
        if (length < 126)
        {
            target[1] = (byte)(0x80 | length);
        }
        else if (length <= ushort.MaxValue)
        {
            target[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
            at = 4;
        }
        else
        {
            target[1] = 0x80 | 127;
            BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)length);
            at = 10;
        }

        s_mask.CopyTo(target[at..]);
        return at + s_mask.Length;
    }

    private static byte[] CreateMask()
    {
        byte[] mask = RandomNumberGenerator.GetBytes(4);
        mask[0] |= 1;
        return mask;
    }
}
