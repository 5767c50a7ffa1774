namespace Node.Wire;

/// <summary>
/// Native streams of one loop for connections without context takeover: they are needed only while a message is in
/// progress. Loop thread only.
/// </summary>
/// <param name="keepCount">How many idle streams (about 40 KB each) are kept.</param>
public sealed class InflaterPool(int keepCount = 8) : IDisposable
{
    private readonly Stack<ZlibHandle> _idle = new(keepCount);

    internal ZlibHandle Rent(int windowBits)
    {
        if (!_idle.TryPop(out ZlibHandle? handle))
        {
            return ZlibHandle.ForInflate(windowBits);
        }

        handle.ResetInflate(windowBits);
        return handle;
    }

    internal void Return(ZlibHandle handle)
    {
        if (_idle.Count < keepCount)
        {
            _idle.Push(handle);
        }
        else
        {
            handle.Dispose();
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out ZlibHandle? handle))
        {
            handle.Dispose();
        }
    }
}
