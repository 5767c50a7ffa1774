using System.Diagnostics;

namespace Node.Memory;

/// <summary>Bytes of this process once everything has been collected.</summary>
/// <param name="Live">What is reachable.</param>
/// <param name="Resident">The whole process.</param>
internal readonly record struct MemoryUse(long Live, long Resident)
{
    public static MemoryUse operator -(MemoryUse left, MemoryUse right) => new(left.Live - right.Live, left.Resident - right.Resident);

    /// <summary>Collects, and looks.</summary>
    public static MemoryUse Settled()
    {
        // Twice, and the second time what the first has made free goes back to the system.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process self = Process.GetCurrentProcess();
        return new MemoryUse(GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64);
    }

    /// <summary>Says what each of so many things takes.</summary>
    public string Over(long count) => $"{Live / (double)count:N1} B live, {Resident / (double)count:N1} B resident";
}
