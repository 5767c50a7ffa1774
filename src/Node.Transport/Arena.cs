namespace Node.Transport;

/// <summary>
/// Memory that a turn fills from the front and empties at its end, all at once. Loop thread only.
/// </summary>
internal sealed class Arena
{
    private const int ChunkBytes = 256 * 1024;
    private const int ResetsPerTrim = 4096;

    private readonly List<byte[]> _chunks = [NewChunk(ChunkBytes)];
    private byte[] _chunk;
    private int _current;
    private int _position;
    private int _highest;
    private int _resets;

    public Arena() => _chunk = _chunks[0];

    /// <summary>Bytes in use, the unused ends of chunks included.</summary>
    public int Used { get; private set; }

    /// <summary>The chunk that is being filled.</summary>
    public int Current => _current;

    public Span<byte> Reserve(int maxBytes)
    {
        if (_chunk.Length - _position < maxBytes)
        {
            NextChunk(maxBytes);
        }

        return _chunk.AsSpan(_position, maxBytes);
    }

    /// <returns>Where in the chunk <see cref="Current"/> they start.</returns>
    public int Commit(int bytes)
    {
        int start = _position;
        _position += bytes;
        Used += bytes;
        return start;
    }

    public ReadOnlySpan<byte> Bytes(int chunk, int start, int length) => _chunks[chunk].AsSpan(start, length);

    public void Reset()
    {
        _highest = Math.Max(_highest, _current);
        if (++_resets % ResetsPerTrim == 0)
        {
            // What no turn has needed for a while goes back.
            _chunks.RemoveRange(_highest + 1, _chunks.Count - _highest - 1);
            _highest = 0;
        }

        _current = 0;
        _chunk = _chunks[0];
        _position = 0;
        Used = 0;
    }

    private static byte[] NewChunk(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    private void NextChunk(int minBytes)
    {
        Used += _chunk.Length - _position;
        _current++;
        _position = 0;
        if (_current == _chunks.Count)
        {
            _chunks.Add(NewChunk(Math.Max(ChunkBytes, minBytes)));
        }
        else if (_chunks[_current].Length < minBytes)
        {
            _chunks[_current] = NewChunk(minBytes);
        }

        _chunk = _chunks[_current];
    }
}
