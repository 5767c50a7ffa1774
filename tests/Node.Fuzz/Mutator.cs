using System.Buffers.Binary;

namespace Node.Fuzz;

/// <summary>Changes inputs at random. The same random numbers give the same inputs.</summary>
public sealed class Mutator(Random random, IReadOnlyList<byte[]> dictionary, int maxLength)
{
    private const int MostChanges = 6;

    // Where parsers compare: the ends of integer ranges, and RFC 6455's length thresholds.
    private static readonly ulong[] Edges =
        [0, 1, 125, 126, 127, 128, 255, 256, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0x7FFFFFFFFFFFFFFF, ulong.MaxValue];

    private readonly byte[] _scratch = new byte[maxLength];
    private int _length;

    /// <summary>A changed copy of <paramref name="seed"/>, at most the maximal length; valid until the next call.</summary>
    public ReadOnlySpan<byte> Mutate(ReadOnlySpan<byte> seed)
    {
        _length = Math.Min(seed.Length, _scratch.Length);
        seed[.._length].CopyTo(_scratch);
        // Now and then the seed itself, so that each is known to pass unchanged.
        for (int changes = random.Next(MostChanges + 1); changes > 0; changes--)
        {
            ChangeOnce();
        }

        return _scratch.AsSpan(0, _length);
    }

    private void ChangeOnce()
    {
        switch (random.Next(8))
        {
            case 0: FlipBit(); break;
            case 1: SetByte(); break;
            case 2: WriteEdge(); break;
            case 3: Remove(); break;
            case 4: Insert(RandomBytes()); break;
            case 5: Insert(Own()); break;
            case 6: _length = random.Next(_length + 1); break;
            default: Insert(dictionary.Count == 0 ? RandomBytes() : dictionary[random.Next(dictionary.Count)]); break;
        }
    }

    private void FlipBit()
    {
        if (_length > 0)
        {
            _scratch[random.Next(_length)] ^= (byte)(1 << random.Next(8));
        }
    }

    private void SetByte()
    {
        if (_length > 0)
        {
            _scratch[random.Next(_length)] = (byte)random.Next(256);
        }
    }

    private void WriteEdge()
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(value, Edges[random.Next(Edges.Length)]);
        value = value[^(1 << random.Next(4))..];
        if (_length >= value.Length)
        {
            value.CopyTo(_scratch.AsSpan(random.Next(_length - value.Length + 1)));
        }
    }

    private void Remove()
    {
        int start = random.Next(_length + 1);
        int count = random.Next(Math.Min(_length - start, 64) + 1);
        _scratch.AsSpan(start + count, _length - start - count).CopyTo(_scratch.AsSpan(start));
        _length -= count;
    }

    private void Insert(ReadOnlySpan<byte> piece)
    {
        piece = piece[..Math.Min(piece.Length, _scratch.Length - _length)];
        int at = random.Next(_length + 1);
        _scratch.AsSpan(at, _length - at).CopyTo(_scratch.AsSpan(at + piece.Length));
        piece.CopyTo(_scratch.AsSpan(at));
        _length += piece.Length;
    }

    private byte[] RandomBytes()
    {
        byte[] bytes = new byte[random.Next(1, 17)];
        random.NextBytes(bytes);
        return bytes;
    }

    // A repeated part: fragments, duplicated headers, doubled frames.
    private byte[] Own()
    {
        int start = random.Next(_length + 1);
        return _scratch.AsSpan(start, random.Next(_length - start + 1)).ToArray();
    }
}
