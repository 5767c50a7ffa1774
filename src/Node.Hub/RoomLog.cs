using System.Buffers;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// The latest messages of a room, for members that come back: bounded in number, bytes and age. Memory is rented, and
/// given back as messages leave. Loop thread of the room's owner only.
/// </summary>
internal sealed class RoomLog(HistoryOptions options, HistoryBudget budget) : IDisposable
{
    private HistoryOptions _options = options;
    private Entry[] _ring = new Entry[4];
    private int _head;
    private int _count;
    private int _bytes;

    public void Append(ulong offset, ReadOnlySpan<byte> user, DataKind kind, ReadOnlySpan<byte> data, long now)
    {
        int size = user.Length + data.Length;
        DropExpired(now);
        DropBeyond(_options.MaxMessages - 1, _options.MaxBytes - size);
        if (size > _options.MaxBytes || !TryTake(size))
        {
            return;
        }

        if (_count == _ring.Length)
        {
            Grow();
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(size);
        user.CopyTo(bytes);
        data.CopyTo(bytes.AsSpan(user.Length));
        At(_count++) = new Entry(bytes, user.Length, data.Length, kind, offset, now);
        _bytes += size;
    }

    /// <summary>All or nothing: a log with a hole in it would have a member believe that it has missed nothing.</summary>
    private bool TryTake(int size)
    {
        if (budget.TryTake(size))
        {
            return true;
        }

        budget.Forgotten += _count;
        DropBeyond(0, 0);
        if (budget.TryTake(size))
        {
            return true;
        }

        budget.Forgotten++;
        return false;
    }

    /// <summary>
    /// What came after an offset, oldest first.
    /// </summary>
    /// <param name="last">The room's latest offset.</param>
    /// <param name="after">The offset that the member saw last.</param>
    /// <param name="now">For what has expired.</param>
    /// <param name="start">Where to begin with <see cref="Read"/>.</param>
    /// <returns>Whether nothing between is missing.</returns>
    public bool TryFind(ulong last, ulong after, long now, out int start)
    {
        DropExpired(now);
        start = 0;
        while (start < _count && At(start).Offset <= after)
        {
            start++;
        }

        return after >= last || (start < _count && At(start).Offset == after + 1);
    }

    public int Count => _count;

    /// <summary>A message by its place; its spans are good until the log changes.</summary>
    public LoggedMessage Read(int index)
    {
        ref Entry entry = ref At(index);
        return new LoggedMessage
        {
            Offset = entry.Offset,
            User = entry.Bytes.AsSpan(0, entry.UserLength),
            Kind = entry.Kind,
            Data = entry.Bytes.AsSpan(entry.UserLength, entry.DataLength),
        };
    }

    /// <summary>Takes new bounds; what is beyond them is forgotten.</summary>
    public void Apply(HistoryOptions options)
    {
        _options = options;
        DropBeyond(options.MaxMessages, options.MaxBytes);
    }

    public void Dispose() => DropBeyond(0, 0);

    private void DropExpired(long now)
    {
        while (_count > 0 && now - At(0).At > _options.TimeToLive)
        {
            DropFirst();
        }
    }

    private void DropBeyond(int messages, int bytes)
    {
        while (_count > 0 && (_count > messages || _bytes > bytes))
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        ref Entry first = ref At(0);
        _bytes -= first.UserLength + first.DataLength;
        budget.Return(first.UserLength + first.DataLength);
        ArrayPool<byte>.Shared.Return(first.Bytes);
        first = default;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
    }

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = At(i);
        }

        _ring = larger;
        _head = 0;
    }

    private ref Entry At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private readonly record struct Entry(
        byte[] Bytes, int UserLength, int DataLength, DataKind Kind, ulong Offset, long At);
}

/// <summary>A message as a <see cref="RoomLog"/> holds it.</summary>
internal readonly ref struct LoggedMessage
{
    public ulong Offset { get; init; }

    public ReadOnlySpan<byte> User { get; init; }

    public DataKind Kind { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }
}
