using System.Diagnostics;

namespace Node.Memory;

internal static class Resident
{
    /// <summary>Memory of this process after a collection: its resident bytes, and those of objects.</summary>
    public static (long Resident, long Objects) Settle()
    {
        // Twice, and the second time what the first has made free goes back to the system.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process self = Process.GetCurrentProcess();
        return (self.WorkingSet64, GC.GetTotalMemory(false));
    }
}
