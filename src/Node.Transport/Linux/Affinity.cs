using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Node.Transport.Linux;

/// <summary>Which CPUs a thread may run on: sched_setaffinity(2).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class Affinity
{
    // Bits for 8,192 CPUs, which is as many as Linux can be built for.
    private const int MaskBytes = 1024;

    /// <summary>The CPUs that the calling thread may run on now, in their order; empty where the kernel does not say.</summary>
    public static List<int> Allowed()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        List<int> cpus = [];
        _ = Libc.SchedGetAffinity(0, MaskBytes, mask);
        for (int cpu = 0; cpu < MaskBytes * 8; cpu++)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus;
    }

    /// <summary>Keeps the calling thread on one CPU.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static void Pin(int cpu)
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        if (Libc.SchedSetAffinity(0, MaskBytes, mask) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"a loop cannot be kept on CPU {cpu}");
        }
    }
}
