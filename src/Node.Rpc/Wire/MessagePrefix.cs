using System.Buffers;
using System.Buffers.Binary;

namespace Node.Rpc;

/// <summary>What stands before each message: whether it is compressed, and its length.</summary>
internal readonly record struct MessagePrefix(bool IsCompressed, uint Length)
{
    public const int Size = 5;

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> bytes = output.GetSpan(Size);
        bytes[0] = IsCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], Length);
        output.Advance(Size);
    }

    /// <returns>False: it is not there in whole.</returns>
    /// <exception cref="Grpc.Core.RpcException">INTERNAL: it is none.</exception>
    public static bool TryRead(in ReadOnlySequence<byte> input, out MessagePrefix prefix)
    {
        prefix = default;
        if (input.Length < Size) return false;
        Span<byte> copy = stackalloc byte[Size];
        scoped ReadOnlySpan<byte> bytes = input.FirstSpan;
        if (bytes.Length < Size)
        {
            input.Slice(0, Size).CopyTo(copy);
            bytes = copy;
        }

        if (bytes[0] > 1) throw Failures.Internal($"a message begins with the byte {bytes[0]}, not with 0 or 1");
        prefix = new MessagePrefix(bytes[0] == 1, BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]));
        return true;
    }
}
