using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Node.Transport;

/// <summary>
/// Has the processor load objects that are looked at soon: the members of a room of a million lie beyond its caches, and each would be waited for.
/// A hint that changes nothing else, and nothing at all where the processor has no such instruction. Any thread.
/// </summary>
public static class Prefetch
{
    /// <summary>How many objects before its turn one is asked for: enough for memory to answer, few enough to be still there.</summary>
    public const int Ahead = 12;

    private const int LineBytes = 64;

    /// <summary>Loads the first 128 bytes of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Object(object target)
    {
        if (Sse.IsSupported)
        {
            // The collector may move it right now: then a wrong line is loaded, and no harm done.
            byte* at = *(byte**)Unsafe.AsPointer(ref target);
            Sse.Prefetch0(at);
            Sse.Prefetch0(at + LineBytes);
        }
    }
}
