namespace Node.Wire;

public enum InflateResult : byte
{
    Ok,

    /// <summary>More than the limit would come out: 1009.</summary>
    TooBig,

    /// <summary>Not deflate: 1007.</summary>
    Corrupt,
}

/// <summary>
/// One connection's incoming half of permessage-deflate (RFC 7692, 7.2.2). With context takeover it owns a native
/// stream (about 40 KB) from the first compressed message on; without, it borrows one from the loop's pool while a
/// message is in progress. Loop thread only.
/// </summary>
public sealed class Inflater : IDisposable
{
    private readonly byte _windowBits;
    private readonly bool _contextTakeover;

    // Input since the message or the deflate stream began. An ended stream (a block with BFINAL) and a message of no
    // bytes at all do not get the tail: there is no open block for it to close.
    private bool _isOpen;
    private bool _isDisposed;
    private ZlibHandle? _zlib;

    /// <param name="windowBits">8 to 15: what the peer was allowed, or more. It bounds memory where context takeover makes
    /// the stream this connection's own; a peer that refers further back may find its message refused.</param>
    /// <param name="contextTakeover">The peer may refer to earlier messages.</param>
    public Inflater(int windowBits, bool contextTakeover)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBits, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowBits, 15);
        // zlib lets a distance reach beyond the window, into what the same call put out, so that a peer which goes further
        // back than agreed is refused or not by how its bytes were cut. With the largest window there is no beyond.
        // A borrowed stream can have it for nothing; one of the connection's own would pay up to 32 KB for it.
        _windowBits = (byte)(contextTakeover ? windowBits : 15);
        _contextTakeover = contextTakeover;
    }

    /// <summary>What the sender cut off each message (RFC 7692, 7.2.1).</summary>
    internal static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    /// <summary>
    /// Inflates the next piece of a message behind what <paramref name="output"/> holds. It stops one byte over
    /// <paramref name="limit"/>, so a bomb costs the limit and no more.
    /// </summary>
    public InflateResult Append(
        ReadOnlySpan<byte> piece, bool isFirst, bool isLast, MessageAssembler output, int limit, InflaterPool pool)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _zlib ??= pool.Rent(_windowBits);
        _isOpen &= !isFirst;

        InflateResult result = Pump(piece, output, limit);
        if (result == InflateResult.Ok && isLast && _isOpen)
        {
            result = Pump(Tail, output, limit);
        }

        if (result != InflateResult.Ok)
        {
            Dispose();
        }
        else if (isLast && !_contextTakeover)
        {
            pool.Return(_zlib);
            _zlib = null;
        }

        return result;
    }

    /// <summary>Frees the native stream. One in mid-message is not worth returning to the pool.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _zlib?.Dispose();
        _zlib = null;
    }

    private InflateResult Pump(ReadOnlySpan<byte> input, MessageAssembler output, int limit)
    {
        _isOpen |= !input.IsEmpty;
        while (_isOpen)
        {
            // One byte more than allowed: that it gets filled is how too much is told from just enough.
            Span<byte> room = output.GetSpan();
            room = room[..Math.Min(room.Length, limit - output.Length + 1)];
            int result = _zlib!.Step(input, room, Zlib.SyncFlush, out int taken, out int given);
            output.Advance(given);
            input = input[taken..];
            if (output.Length > limit)
            {
                return InflateResult.TooBig;
            }

            switch (result)
            {
                case Zlib.StreamEnd:
                    _zlib.ResetInflate(_windowBits);
                    _isOpen = !input.IsEmpty;
                    break;
                case Zlib.Ok or Zlib.BufferError when given == room.Length:
                    break;
                case Zlib.Ok or Zlib.BufferError:
                    return input.IsEmpty ? InflateResult.Ok : InflateResult.Corrupt;
                default:
                    return InflateResult.Corrupt;
            }
        }

        return InflateResult.Ok;
    }
}
