using Node.Transport;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// One message on its way to many channels of one bucket: encoded once for each encoding that is in use among them, on
/// the first channel that needs it, and enqueued by frame number. Loop thread only; lives within a turn.
/// </summary>
internal ref struct Fanout
{
    private const int NotWritten = -1;

    // Frames that are one connection's own come in the size of the room, so they must not wait for the end of the turn.
    private const int OwnBytesPerFlush = 1024 * 1024;

    private readonly Bucket _bucket;
    private readonly ClientMessage _message;
    private readonly FrameTraits _traits;
    private int _json;
    private int _proto;
    private int _ownBytes;
    private int _singles;
    private bool _isLarge;
    private CompressedFrames _compressed;

    public Fanout(Bucket bucket, ClientMessage message, FrameTraits traits)
    {
        _bucket = bucket;
        _message = message;
        _traits = traits;
        _json = NotWritten;
        _proto = NotWritten;
    }

    /// <summary>Which of a fan-out's frames a channel gets.</summary>
    public static FrameKind KindFor(Channel channel) =>
        channel.Compression is not null ? FrameKind.Compressed
        : channel.Encoding == MessageEncoding.Json ? FrameKind.Json
        : FrameKind.Proto;

    /// <param name="connections">Of named channels.</param>
    public void To(scoped ReadOnlySpan<Connection> connections)
    {
        _bucket.Counters.MessagesOut += connections.Length;
        while (connections.Length > Outbox.EarlyEntries)
        {
            Enqueue(connections[..Outbox.EarlyEntries]);
            connections = connections[Outbox.EarlyEntries..];
            FlushEarly();
        }

        Enqueue(connections);
    }

    /// <param name="connection">Of a named channel.</param>
    public void To(Connection connection)
    {
        Enqueue(new ReadOnlySpan<Connection>(in connection));
        _bucket.Counters.MessagesOut++;
        if (++_singles == Outbox.EarlyEntries)
        {
            _singles = 0;
            FlushEarly();
        }
    }

    private void FlushEarly()
    {
        _bucket.Loop.Outbox.FlushEarly(isFirst: !_isLarge);
        _isLarge = true;
    }

    private void Enqueue(scoped ReadOnlySpan<Connection> connections)
    {
        Outbox outbox = _bucket.Loop.Outbox;
        for (int i = 0; i < connections.Length; i++)
        {
            if (i + Prefetch.Ahead < connections.Length)
            {
                Prefetch.Object(connections[i + Prefetch.Ahead]);
            }

            Connection connection = connections[i];
            switch ((FrameKind)connection.Tag)
            {
                case FrameKind.Json:
                    outbox.Enqueue(connection, FrameOf(ref _json, MessageEncoding.Json));
                    break;
                case FrameKind.Proto:
                    outbox.Enqueue(connection, FrameOf(ref _proto, MessageEncoding.Proto));
                    break;
                case var _ when !connection.AcceptsFrames:
                    // One that is closed has no compression any more, and may be in its rooms for a moment yet.
                    break;
                default:
                    outbox.Enqueue(connection, CompressedFrameFor((Channel)connection.Handler));
                    FlushOwnIfMany();
                    break;
            }
        }
    }

    private void FlushOwnIfMany()
    {
        if (_ownBytes > OwnBytesPerFlush)
        {
            // A flush makes frame numbers void, so the shared frames are written anew by who needs them next.
            _bucket.Loop.Outbox.FlushIfFull();
            (_json, _proto, _compressed, _ownBytes) = (NotWritten, NotWritten, default, 0);
        }
    }

    private readonly int FrameOf(ref int frame, MessageEncoding encoding)
    {
        if (frame == NotWritten)
        {
            frame = _bucket.Frames.Write(_message, encoding, null, _traits);
        }

        return frame;
    }

    private int CompressedFrameFor(Channel channel)
    {
        Compression compression = channel.Compression!;
        if (!compression.IsShared)
        {
            _ownBytes += _message.Data.Length;
            return _bucket.Frames.Write(_message, channel.Encoding, compression, _traits);
        }

        // Stored one higher, so that an array of zeros says that nothing is written yet.
        ref int frame = ref _compressed[(compression.WindowBits * 2) + (int)channel.Encoding];
        if (frame == 0)
        {
            frame = _bucket.Frames.Write(_message, channel.Encoding, compression, _traits) + 1;
        }

        return frame - 1;
    }

    /// <summary>By window bits (8 to 15) and encoding.</summary>
    [System.Runtime.CompilerServices.InlineArray(32)]
    private struct CompressedFrames
    {
        private int _first;
    }
}
