using System.Buffers;

namespace Node.Wire;

/// <summary>
/// The outgoing half of permessage-deflate (RFC 7692, 7.2.1). Without context takeover each message stands alone, so
/// one deflater serves a whole loop and its output may be shared by all connections of the same window size. With it,
/// one connection owns it, and all that was compressed must be sent, in order. About 270 KB of native memory at 15
/// window bits. Loop thread only.
/// </summary>
public sealed class Deflater : IDisposable
{
    private readonly ZlibHandle _zlib;
    private readonly int _flush;

    /// <param name="windowBits">9 to 15. Not 8: zlib cannot compress raw deflate with a 256-byte window.</param>
    /// <param name="level">1 (fast) to 9 (small), 0 to store, -1 for zlib's default.</param>
    /// <param name="contextTakeover">Messages may refer to earlier ones.</param>
    public Deflater(int windowBits, int level, bool contextTakeover)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBits, DeflateOptions.MinCompressWindowBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowBits, 15);
        ArgumentOutOfRangeException.ThrowIfLessThan(level, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        _zlib = ZlibHandle.ForDeflate(windowBits, level);
        _flush = contextTakeover ? Zlib.SyncFlush : Zlib.FullFlush;
    }

    /// <summary>
    /// Compresses one message, without the tail that the peer puts back, and returns how many bytes that took. It may
    /// be more than the message: a caller without context takeover then sends the message as it was.
    /// </summary>
    public int Compress(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        if (message.IsEmpty)
        {
            // RFC 7692, 7.2.3.6. Also zlib gives nothing for a second flush without input in between.
            output.Write<byte>([0x00]);
            return 1;
        }

        // One contiguous span, because the tail is cut off by not advancing over it. The size is zlib's own bound for
        // any window, plus the flush marker; anything beyond it would be zlib's bug, and throws.
        int bound = checked(message.Length + (message.Length >> 3) + (message.Length >> 6) + 64);
        Span<byte> room = output.GetSpan(bound);
        int result = _zlib.Step(message, room, _flush, out int taken, out int given);
        if (result != Zlib.Ok || taken != message.Length || given == room.Length
            || !room[..given].EndsWith(Inflater.Tail))
        {
            throw new InvalidOperationException($"zlib: {result}, {taken} of {message.Length} in, {given} out");
        }

        int length = given - Inflater.Tail.Length;
        output.Advance(length);
        return length;
    }

    public void Dispose() => _zlib.Dispose();
}
