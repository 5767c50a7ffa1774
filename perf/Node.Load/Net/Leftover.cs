namespace Node.Load.Net;

/// <summary>Bytes that wait; holds no array while there are none.</summary>
internal sealed class Leftover
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> data)
    {
        if (Length + data.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + data.Length, 2 * _bytes.Length));
        }

        data.CopyTo(_bytes.AsSpan(Length));
        Length += data.Length;
    }

    public void DropFront(int count)
    {
        if (count == Length)
        {
            Clear();
            return;
        }

        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    public void Clear()
    {
        _bytes = [];
        Length = 0;
    }
}
