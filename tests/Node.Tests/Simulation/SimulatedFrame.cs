using System.Buffers.Binary;
using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>Bytes that say which frame they are: number, length, and content made from the number.</summary>
internal sealed record SimulatedFrame(int Number, int Length, FrameTraits Traits)
{
    public const int MinLength = 6;

    public void Fill(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, Number);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], (ushort)Length);
        destination[MinLength..Length].Fill((byte)(Number * 31));
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Fill(bytes);
        return bytes;
    }
}
