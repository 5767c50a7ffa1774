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
    private CompressedFrames _compressed;

    public Fanout(Bucket bucket, ClientMessage message, FrameTraits traits)
    {
        _bucket = bucket;
        _message = message;
        _traits = traits;
        _json = NotWritten;
        _proto = NotWritten;
    }

    public void To(scoped ReadOnlySpan<Channel> channels)
    {
        Outbox outbox = _bucket.Loop.Outbox;
        for (int i = 0; i < channels.Length; i++)
        {
            // Two steps ahead the channel itself, one step ahead what it refers to: by then it is there to be asked.
            if (i + (2 * Prefetch.Ahead) < channels.Length)
            {
                Prefetch.Object(channels[i + (2 * Prefetch.Ahead)]);
                Prefetch.Object(channels[i + Prefetch.Ahead].Connection);
            }

            Channel channel = channels[i];
            outbox.Enqueue(channel.Connection, FrameFor(channel));
            FlushOwnIfMany();
        }

        _bucket.Counters.MessagesOut += channels.Length;
    }

    public void To(Channel channel)
    {
        _bucket.Loop.Outbox.Enqueue(channel.Connection, FrameFor(channel));
        _bucket.Counters.MessagesOut++;
        FlushOwnIfMany();
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

    private int FrameFor(Channel channel)
    {
        if (channel.Compression is not null)
        {
            return CompressedFrameFor(channel, channel.Compression);
        }

        ref int frame = ref _json;
        if (channel.Encoding == MessageEncoding.Proto)
        {
            frame = ref _proto;
        }

        if (frame == NotWritten)
        {
            frame = _bucket.Frames.Write(_message, channel.Encoding, null, _traits);
        }

        return frame;
    }

    private int CompressedFrameFor(Channel channel, Compression compression)
    {
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
