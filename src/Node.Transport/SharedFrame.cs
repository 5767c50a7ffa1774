using System.Buffers;
using System.Diagnostics;

namespace Node.Transport;

/// <summary>
/// Bytes that several send queues of one loop wait to send: copied once out of the turn's arena, counted by
/// reference, given back with the last. Loop thread only, so the count is a plain integer.
/// </summary>
internal sealed class SharedFrame
{
    private byte[] _buffer = [];
    private int _references;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    public int Length { get; private set; }

    public void Hold(ReadOnlySpan<byte> bytes)
    {
        Debug.Assert(_references == 0, "a frame in use is not filled again");
        _buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(_buffer);
        Length = bytes.Length;
    }

    public void AddReference() => _references++;

    /// <returns>Whether that was the last reference: the frame then goes back to its pool.</returns>
    public bool Release()
    {
        Debug.Assert(_references > 0, "released once too often");
        if (--_references > 0)
        {
            return false;
        }

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
        return true;
    }
}
