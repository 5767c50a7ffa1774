using System.Runtime.InteropServices;

namespace Node.Wire;

/// <summary>
/// The zlib that ships with .NET on every system, called as System.IO.Compression itself calls it. Not DeflateStream:
/// that offers neither window bits nor a flush that cuts the history, fixes both ends to one message a stream, and
/// allocates a buffer of its own. The exports are not a promised API; the tests exercise each of them, so that a
/// runtime which changes them fails there and not at a user's.
/// </summary>
internal static unsafe partial class Zlib
{
    internal const int Ok = 0;
    internal const int StreamEnd = 1;
    internal const int BufferError = -5;

    internal const int SyncFlush = 2;

    /// <summary>As <see cref="SyncFlush"/>, and forgets the history: what follows refers to nothing before it. It does
    /// the work of deflateReset, which the library does not export.</summary>
    internal const int FullFlush = 3;

    internal const int Deflated = 8;
    internal const int DefaultMemoryLevel = 8;
    internal const int DefaultStrategy = 0;

    private const string Library = "libSystem.IO.Compression.Native";

    [LibraryImport(Library, EntryPoint = "CompressionNative_DeflateInit2_")]
    internal static partial int DeflateInit(
        ZlibStream* stream, int level, int method, int windowBits, int memoryLevel, int strategy);

    [LibraryImport(Library, EntryPoint = "CompressionNative_Deflate")]
    internal static partial int Deflate(ZlibStream* stream, int flush);

    [LibraryImport(Library, EntryPoint = "CompressionNative_DeflateEnd")]
    internal static partial int DeflateEnd(ZlibStream* stream);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateInit2_")]
    internal static partial int InflateInit(ZlibStream* stream, int windowBits);

    [LibraryImport(Library, EntryPoint = "CompressionNative_Inflate")]
    internal static partial int Inflate(ZlibStream* stream, int flush);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateReset2_")]
    internal static partial int InflateReset(ZlibStream* stream, int windowBits);

    [LibraryImport(Library, EntryPoint = "CompressionNative_InflateEnd")]
    internal static partial int InflateEnd(ZlibStream* stream);
}

/// <summary>The library's own stream record (PAL_ZStream). It may move between calls: zlib's state hangs off
/// <see cref="State"/> and never points back here.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZlibStream
{
    internal byte* NextIn;
    internal byte* NextOut;
    internal byte* Message;
    internal void* State;
    internal uint AvailableIn;
    internal uint AvailableOut;
}
