namespace Node.Hub;

/// <summary>What all rooms that a bucket owns may remember together, in bytes. Loop thread only.</summary>
internal sealed class HistoryBudget(long maxBytes)
{
    /// <summary>A smaller one holds for what is remembered from now on.</summary>
    public long MaxBytes { get; set; } = maxBytes;

    public long UsedBytes { get; private set; }

    /// <summary>Messages that were forgotten, or not even remembered, for want of it.</summary>
    public long Forgotten { get; set; }

    public bool TryTake(int bytes)
    {
        if (UsedBytes + bytes > MaxBytes)
        {
            return false;
        }

        UsedBytes += bytes;
        return true;
    }

    public void Return(int bytes) => UsedBytes -= bytes;
}
