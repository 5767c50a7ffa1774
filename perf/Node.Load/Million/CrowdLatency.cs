namespace Node.Load.Million;

/// <summary>A load process's histogram, as <see cref="Stats.LatencyHistogram.ToSparse"/> has it.</summary>
internal sealed record CrowdLatency(long MaxNanoseconds, long[] Buckets);
