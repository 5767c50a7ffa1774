using System.IO.Compression;

namespace Node.Load.Net;

/// <summary>
/// Messages of permessage-deflate without context takeover: RFC 7692, 7.2.2. One thread only.
/// </summary>
/// <remarks>
/// Thousands of members receive the same bytes: comparing them with those inflated before costs a hundredth of inflating them. Deliveries
/// that each differ, though all of one message, are inflated each.
/// </remarks>
internal sealed class Inflater
{
    private const int Slots = 32;
    private const int MaxMessage = 1 << 20;

    private static readonly byte[] s_tail = [0, 0, 0xFF, 0xFF];

    private readonly byte[][] _packed = [.. Enumerable.Repeat(Array.Empty<byte>(), Slots)];
    private readonly byte[][] _plain = new byte[Slots][];
    private int _newest;

    /// <exception cref="ProtocolException">That is not deflate, or it grows beyond a mebibyte.</exception>
    public ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> packed)
    {
        for (int i = 0; i < Slots; i++)
        {
            int slot = (_newest - i) & (Slots - 1);
            if (_plain[slot] is not null && packed.SequenceEqual(_packed[slot]))
            {
                return _plain[slot];
            }
        }

        _newest = (_newest + 1) & (Slots - 1);
        _packed[_newest] = packed.ToArray();
        return _plain[_newest] = InflateAnew(packed);
    }

    private static byte[] InflateAnew(ReadOnlySpan<byte> packed)
    {
        using var source = new MemoryStream([.. packed, .. s_tail]);
        using var inflate = new DeflateStream(source, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        try
        {
            byte[] part = new byte[4096];
            while (inflate.Read(part) is > 0 and var got)
            {
                plain.Write(part, 0, got);
                if (plain.Length > MaxMessage)
                {
                    throw new ProtocolException("a compressed message that grows beyond a mebibyte");
                }
            }
        }
        catch (InvalidDataException fault)
        {
            throw new ProtocolException(fault.Message);
        }

        return plain.ToArray();
    }
}
