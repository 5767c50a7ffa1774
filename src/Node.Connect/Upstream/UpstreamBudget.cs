namespace Node.Connect.Upstream;

/// <summary>
/// How much may wait for the application, or be under way to it, on all lanes together. Any thread, without a lock: of several that ask at
/// once for the last place none may get it.
/// </summary>
internal sealed class UpstreamBudget
{
    private long _items;
    private long _bytes;

    public long Items => Interlocked.Read(ref _items);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <returns>False when there is no place; nothing is taken then.</returns>
    public bool TryTake(int bytes, int maxItems, int maxBytes)
    {
        bool fits = Interlocked.Increment(ref _items) <= maxItems & Interlocked.Add(ref _bytes, bytes) <= maxBytes;
        if (!fits)
        {
            Release(bytes);
        }

        return fits;
    }

    public void Release(int bytes)
    {
        Interlocked.Decrement(ref _items);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
