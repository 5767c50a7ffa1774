namespace Node.Load.Run;

/// <summary>What a worker has counted so far.</summary>
internal readonly record struct LoadCounts(long Connections, long Operations, long Lost, long Duplicates);
