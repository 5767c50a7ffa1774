namespace Node.Transport;

/// <summary>The sends of a flush that wait to be submitted as one, and whose they are. Loop thread only.</summary>
/// <remarks>
/// While some wait, no handler runs and nothing is closed: whoever wants to do either submits first. So a descriptor in the batch
/// is its connection's, and no connection is in it twice.
/// </remarks>
internal sealed class PendingSends(SendBatch batch, LoopCounters counters)
{
    private readonly int[] _entries = new int[batch.Capacity];
    private readonly SendOutcome[] _incomplete = new SendOutcome[batch.Capacity];
    private long _bytes;

    public int Count { get; private set; }

    public bool IsFull => Count == _entries.Length;

    /// <summary>Whether so many sends are worth it.</summary>
    public bool Pays(int sends) => sends >= batch.Smallest;

    /// <param name="entry">The outbox's number for it.</param>
    /// <param name="descriptor">The connection's.</param>
    /// <param name="bytes">Pinned; they stay until the batch is submitted.</param>
    public void Add(int entry, int descriptor, ReadOnlySpan<byte> bytes)
    {
        batch.Add(descriptor, bytes);
        _entries[Count++] = entry;
        _bytes += bytes.Length;
    }

    /// <returns>What did not go out whole; good until the next <see cref="Add"/>.</returns>
    public ReadOnlySpan<SendOutcome> Submit()
    {
        counters.Batches++;
        counters.Sends += Count;
        counters.BytesSent += _bytes;
        Count = 0;
        _bytes = 0;
        return _incomplete.AsSpan(0, batch.Submit(_incomplete));
    }

    /// <summary>The outbox's number for a send of the batch that was submitted last.</summary>
    public int EntryOf(SendOutcome outcome) => _entries[outcome.Index];
}
