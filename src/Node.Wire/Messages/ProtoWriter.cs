using System.Numerics;

namespace Node.Wire.Messages;

/// <summary>
/// The protobuf wire format, written into a span that is large enough. Fields with their default value are left
/// out, as proto3 has it. All tags of client.proto are one byte, which the sizes rely on.
/// </summary>
internal ref struct ProtoWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    public static long SizeOf(ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : SizeOfLength(value.Length);

    public static long SizeOf(ulong value) => value == 0 ? 0 : 1 + VarintSize(value);

    /// <summary>The size of a length-delimited field whose content is so long.</summary>
    public static long SizeOfLength(long length) => 1 + VarintSize((ulong)length) + length;

    public void Bytes(uint tag, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Header(tag, value.Length);
            value.CopyTo(_destination[Written..]);
            Written += value.Length;
        }
    }

    public void Number(uint tag, ulong value)
    {
        if (value != 0)
        {
            _destination[Written++] = (byte)tag;
            Varint(value);
        }
    }

    /// <summary>Tag and length; the content follows.</summary>
    public void Header(uint tag, long length)
    {
        _destination[Written++] = (byte)tag;
        Varint((ulong)length);
    }

    private static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _destination[Written++] = (byte)value;
    }
}
