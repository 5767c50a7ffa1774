namespace Node.Turns;

/// <summary>What calls have cost: CPU time of the whole process in ns, and bytes that all its threads have allocated.</summary>
internal readonly record struct Cost(double Nanoseconds, double Bytes);

/// <summary>A benchmark that is set up.</summary>
internal sealed class Instance(Calls calls, Action? cleanup) : IDisposable
{
    public Cost Run(int count)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan time = Environment.CpuUsage.TotalTime;
        calls.Run(count);
        time = Environment.CpuUsage.TotalTime - time;
        return new Cost(time.TotalNanoseconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    public void Dispose() => cleanup?.Invoke();
}
