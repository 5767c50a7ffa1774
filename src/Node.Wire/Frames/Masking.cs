using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Node.Wire;

/// <summary>
/// The XOR of RFC 6455, 5.3, in place. A key is the four bytes of the header read as a little-endian number.
/// </summary>
public static class Masking
{
    /// <summary>XORs <paramref name="data"/> with the key, whose first byte meets the first byte of the data.</summary>
    public static void Apply(Span<byte> data, uint key)
    {
        if (key == 0 || data.IsEmpty)
        {
            return;
        }

        uint repeated = BitConverter.IsLittleEndian ? key : BinaryPrimitives.ReverseEndianness(key);
        ref byte start = ref MemoryMarshal.GetReference(data);
        nuint length = (nuint)data.Length;
        if (Vector512.IsHardwareAccelerated && length >= 64)
        {
            Apply512(ref start, length, repeated);
        }
        else if (Vector256.IsHardwareAccelerated && length >= 32)
        {
            Apply256(ref start, length, repeated);
        }
        else if (Vector128.IsHardwareAccelerated && length >= 16)
        {
            Apply128(ref start, length, repeated);
        }
        else
        {
            ApplyScalar(ref start, length, repeated);
        }
    }

    /// <summary>As above, for data that starts <paramref name="offset"/> bytes into the payload.</summary>
    public static void Apply(Span<byte> data, uint key, int offset) => Apply(data, Advance(key, offset));

    /// <summary>The key as the byte <paramref name="count"/> bytes further meets it.</summary>
    public static uint Advance(uint key, int count) => BitOperations.RotateRight(key, (count & 3) * 8);

    // The vector bodies read the first and the last vector before anything is written, walk the aligned middle, and
    // store those two at the end. They may overlap the middle: the bytes they store were computed from the originals,
    // so writing them twice is harmless, and there is no scalar head or tail. Aligned stores are worth a third at
    // 64-byte vectors, where every unaligned one straddles two cache lines.

    private static void Apply512(ref byte start, nuint length, uint key)
    {
        nuint last = length - 64;
        Vector512<byte> head = Vector512.LoadUnsafe(ref start) ^ Vector512.Create(key).AsByte();
        Vector512<byte> tail = Vector512.LoadUnsafe(ref start, last) ^ Vector512.Create(Turn(key, last)).AsByte();

        nuint at = Misalignment(ref start, 64);
        Vector512<byte> mask = Vector512.Create(Turn(key, at)).AsByte();
        for (; at + 256 <= length; at += 256)
        {
            Vector512<byte> a = Vector512.LoadUnsafe(ref start, at) ^ mask;
            Vector512<byte> b = Vector512.LoadUnsafe(ref start, at + 64) ^ mask;
            Vector512<byte> c = Vector512.LoadUnsafe(ref start, at + 128) ^ mask;
            Vector512<byte> d = Vector512.LoadUnsafe(ref start, at + 192) ^ mask;
            a.StoreUnsafe(ref start, at);
            b.StoreUnsafe(ref start, at + 64);
            c.StoreUnsafe(ref start, at + 128);
            d.StoreUnsafe(ref start, at + 192);
        }

        for (; at + 64 <= length; at += 64)
        {
            (Vector512.LoadUnsafe(ref start, at) ^ mask).StoreUnsafe(ref start, at);
        }

        tail.StoreUnsafe(ref start, last);
        head.StoreUnsafe(ref start);
    }

    private static void Apply256(ref byte start, nuint length, uint key)
    {
        nuint last = length - 32;
        Vector256<byte> head = Vector256.LoadUnsafe(ref start) ^ Vector256.Create(key).AsByte();
        Vector256<byte> tail = Vector256.LoadUnsafe(ref start, last) ^ Vector256.Create(Turn(key, last)).AsByte();

        nuint at = Misalignment(ref start, 32);
        Vector256<byte> mask = Vector256.Create(Turn(key, at)).AsByte();
        for (; at + 128 <= length; at += 128)
        {
            Vector256<byte> a = Vector256.LoadUnsafe(ref start, at) ^ mask;
            Vector256<byte> b = Vector256.LoadUnsafe(ref start, at + 32) ^ mask;
            Vector256<byte> c = Vector256.LoadUnsafe(ref start, at + 64) ^ mask;
            Vector256<byte> d = Vector256.LoadUnsafe(ref start, at + 96) ^ mask;
            a.StoreUnsafe(ref start, at);
            b.StoreUnsafe(ref start, at + 32);
            c.StoreUnsafe(ref start, at + 64);
            d.StoreUnsafe(ref start, at + 96);
        }

        for (; at + 32 <= length; at += 32)
        {
            (Vector256.LoadUnsafe(ref start, at) ^ mask).StoreUnsafe(ref start, at);
        }

        tail.StoreUnsafe(ref start, last);
        head.StoreUnsafe(ref start);
    }

    private static void Apply128(ref byte start, nuint length, uint key)
    {
        nuint last = length - 16;
        Vector128<byte> mask = Vector128.Create(key).AsByte();
        Vector128<byte> tail = Vector128.LoadUnsafe(ref start, last) ^ Vector128.Create(Turn(key, last)).AsByte();
        for (nuint at = 0; at < last; at += 16)
        {
            (Vector128.LoadUnsafe(ref start, at) ^ mask).StoreUnsafe(ref start, at);
        }

        tail.StoreUnsafe(ref start, last);
    }

    private static void ApplyScalar(ref byte start, nuint length, uint key)
    {
        nuint at = 0;
        for (; at + 4 <= length; at += 4)
        {
            ref byte word = ref Unsafe.Add(ref start, at);
            Unsafe.WriteUnaligned(ref word, Unsafe.ReadUnaligned<uint>(ref word) ^ key);
        }

        for (; at < length; at++)
        {
            Unsafe.Add(ref start, at) ^= (byte)(Turn(key, at) >> (BitConverter.IsLittleEndian ? 0 : 24));
        }
    }

    /// <summary>The key in memory order, turned so that its byte at <paramref name="offset"/> comes first.</summary>
    private static uint Turn(uint key, nuint offset)
    {
        int bits = ((int)offset & 3) * 8;
        return BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, bits) : BitOperations.RotateLeft(key, bits);
    }

    /// <summary>Bytes up to the next multiple of <paramref name="width"/>. A collection may move the array and
    /// undo it: that costs speed for one call, never correctness.</summary>
    private static unsafe nuint Misalignment(ref byte start, nuint width) =>
        (0 - (nuint)Unsafe.AsPointer(ref start)) & (width - 1);
}
