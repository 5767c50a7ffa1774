using System.Buffers;
using System.Numerics;

namespace Node.Wire;

/// <summary>
/// Gathers one message that does not arrive whole, or not plain. It grows with what has really come, never with what a
/// header declares, and its owner bounds it. Plain arrays instead of the shared pool: a payload handed out stays
/// readable for whoever still looks at it, as nobody else can have rented the memory meanwhile. Loop thread only.
/// </summary>
public sealed class MessageAssembler : IBufferWriter<byte>
{
    private const int FirstCapacity = 512;

    private byte[] _buffer = [];

    /// <summary>Bytes gathered.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory held.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>What was gathered. Valid until the assembler is written to again.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> chunk)
    {
        Reserve(chunk.Length);
        chunk.CopyTo(_buffer.AsSpan(Length));
        Length += chunk.Length;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - Length), nameof(count));
        Length += count;
    }

    /// <summary>Free space: at least one byte, and at least the hint.</summary>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _buffer.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _buffer.AsMemory(Length);
    }

    /// <summary>Empties it and, when it holds more than <paramref name="keepBytes"/>, lets the memory go.</summary>
    public void Clear(int keepBytes = int.MaxValue)
    {
        Length = 0;
        if (_buffer.Length > keepBytes)
        {
            _buffer = [];
        }
    }

    private void Reserve(int more)
    {
        int needed = checked(Length + more);
        if (needed <= _buffer.Length)
        {
            return;
        }

        uint capacity = Math.Max(FirstCapacity, BitOperations.RoundUpToPowerOf2((uint)needed));
        byte[] grown = GC.AllocateUninitializedArray<byte>((int)Math.Min(capacity, (uint)Array.MaxLength));
        Written.CopyTo(grown);
        _buffer = grown;
    }
}
