using System.Runtime.InteropServices;

namespace Node.Wire;

/// <summary>Owns one native zlib stream; frees it even when its owner forgot to.</summary>
internal sealed unsafe class ZlibHandle : SafeHandle
{
    private readonly bool _inflates;
    private ZlibStream _stream;

    private ZlibHandle(bool inflates)
        : base(0, ownsHandle: true) => _inflates = inflates;

    public override bool IsInvalid => _stream.State is null;

    /// <summary>Raw deflate, which is what negative window bits mean to zlib.</summary>
    /// <param name="windowBits">9 to 15.</param>
    /// <param name="level">0 to 9, or -1 for zlib's default.</param>
    internal static ZlibHandle ForDeflate(int windowBits, int level)
    {
        var handle = new ZlibHandle(inflates: false);
        fixed (ZlibStream* stream = &handle._stream)
        {
            ThrowUnlessOk(Zlib.DeflateInit(
                stream, level, Zlib.Deflated, -windowBits, Zlib.DefaultMemoryLevel, Zlib.DefaultStrategy));
        }

        return handle;
    }

    /// <param name="windowBits">8 to 15.</param>
    internal static ZlibHandle ForInflate(int windowBits)
    {
        var handle = new ZlibHandle(inflates: true);
        fixed (ZlibStream* stream = &handle._stream)
        {
            ThrowUnlessOk(Zlib.InflateInit(stream, -windowBits));
        }

        return handle;
    }

    /// <summary>One step of either direction; <paramref name="taken"/> and <paramref name="given"/> in bytes.</summary>
    internal int Step(ReadOnlySpan<byte> input, Span<byte> output, int flush, out int taken, out int given)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (ZlibStream* stream = &_stream)
        fixed (byte* source = input)
        fixed (byte* target = output)
        {
            byte none; // zlib refuses null pointers, also for no bytes
            stream->NextIn = source is null ? &none : source;
            stream->AvailableIn = (uint)input.Length;
            stream->NextOut = target;
            stream->AvailableOut = (uint)output.Length;
            int result = _inflates ? Zlib.Inflate(stream, flush) : Zlib.Deflate(stream, flush);
            taken = input.Length - (int)stream->AvailableIn;
            given = output.Length - (int)stream->AvailableOut;
            return result;
        }
    }

    /// <summary>Back to the start of a stream, of a window of this size.</summary>
    internal void ResetInflate(int windowBits)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (ZlibStream* stream = &_stream)
        {
            ThrowUnlessOk(Zlib.InflateReset(stream, -windowBits));
        }
    }

    protected override bool ReleaseHandle()
    {
        fixed (ZlibStream* stream = &_stream)
        {
            // A negative result only says that data was left over.
            _ = _inflates ? Zlib.InflateEnd(stream) : Zlib.DeflateEnd(stream);
            stream->State = null;
        }

        return true;
    }

    private static void ThrowUnlessOk(int result)
    {
        if (result != Zlib.Ok)
        {
            throw result == -4 ? new OutOfMemoryException("zlib") : new InvalidOperationException($"zlib: {result}");
        }
    }
}
