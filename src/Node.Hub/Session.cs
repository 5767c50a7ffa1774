using Node.Transport;
using Node.Wire;

namespace Node.Hub;

/// <summary>
/// A WebSocket on a connection, as a server: messages in, frames out, control frames, heartbeat, close handshake. What
/// a message means is the derived class's. Loop thread only.
/// </summary>
/// <remarks>There may be a million: fields are counted in bytes, and what few sessions need hangs on one reference.</remarks>
public abstract class Session : ConnectionHandler
{
    private readonly Compression? _compression;
    private MessageReader _reader;

    /// <summary>When bytes last came in: the loop's milliseconds, cut to 32 bits; differences hold for 49 days.</summary>
    private uint _heardAt;

    private bool _pinged;

    /// <summary>
    /// Milliseconds by which the latest ping left late: the next one comes so much earlier, when it would have come anyway. Else all that were held
    /// up together, by a push to everybody say, would be pinged together from then on, and hold up whatever comes in that moment.
    /// </summary>
    private ushort _late;

    private protected Session(Connection connection, Bucket bucket, DeflateAgreement? deflate)
    {
        Connection = connection;
        Bucket = bucket;
        _compression = deflate is null ? null : new Compression(deflate, bucket.Options.Deflate);
        _reader = new MessageReader(deflate?.CreateInflater(WireRole.Server));
        _heardAt = (uint)bucket.Loop.Now;
        bucket.Opened();
    }

    internal Connection Connection { get; }

    internal Bucket Bucket { get; }

    internal Compression? Compression => _compression;

    private uint SilentFor => unchecked((uint)Bucket.Loop.Now - _heardAt);

    public sealed override int OnReceive(Span<byte> data)
    {
        try
        {
            return Read(data);
        }
        catch (Exception exception)
        {
            // Our own bug: an application's faults end at the dispatcher. The client is told so, and comes back.
            Bucket.Loop.Counters.Faults++;
            Bucket.Loop.Fault?.Invoke(exception);
            Close(CloseCode.InternalError, "internal error");
            return data.Length;
        }
    }

    public sealed override void OnDeadline()
    {
        HubOptions options = Bucket.Options;
        if (IsOver(out ushort code, out string reason))
        {
            Close(code, reason);
            return;
        }

        uint silent = SilentFor;
        if (_pinged && silent >= (long)options.HeartbeatInterval + options.HeartbeatTimeout)
        {
            // The peer is most likely gone: the close frame is a courtesy that gets a short time.
            Close(CloseCode.HeartbeatTimeout, "heartbeat timeout");
            return;
        }

        if (!_pinged && silent >= SilenceBeforePing(options))
        {
            _late = (ushort)Math.Min((silent - SilenceBeforePing(options)) % options.HeartbeatInterval, ushort.MaxValue);

            // Silence counts from here: a ping that leaves late, because we were held up ourselves, still gets the whole time for its answer.
            _pinged = true;
            _heardAt = unchecked((uint)Bucket.Loop.Now - (uint)options.HeartbeatInterval);
            SendControl(Opcode.Ping, [], FrameTraits.Ping);
        }

        ScheduleDeadline();
    }

    public sealed override void OnOverflow()
    {
        Connection.DropWaiting();
        Close(CloseCode.SlowConsumer, "slow consumer");
    }

    public sealed override void OnClosed(CloseCause cause)
    {
        _reader.Release(Bucket.Reader);
        _compression?.Dispose();
        OnEnded();
        Bucket.Ended();
    }

    /// <summary>Says why, sends what was enqueued before, and ends the connection.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The close reason.</param>
    /// <param name="withinMs">What a peer that is slow to read may take for what waits for it, in milliseconds.</param>
    internal void Close(ushort code, string reason, int withinMs = Connection.DefaultCloseMs)
    {
        if (!Connection.AcceptsFrames)
        {
            return;
        }

        SendClose(code, reason);
        Connection.Close(withinMs);
    }

    internal void ScheduleDeadline()
    {
        HubOptions options = Bucket.Options;
        long silence = _pinged ? (long)options.HeartbeatInterval + options.HeartbeatTimeout : SilenceBeforePing(options);
        long heartbeat = Bucket.Loop.Now - SilentFor + silence;
        Connection.SetDeadline(Math.Min(heartbeat, EndsAt));
    }

    private long SilenceBeforePing(HubOptions options) => (long)options.HeartbeatInterval - _late;

    /// <summary>Sends one message to this peer alone.</summary>
    private protected void Send(Opcode opcode, ReadOnlySpan<byte> payload, FrameTraits traits)
    {
        if (!Connection.AcceptsFrames)
        {
            return;
        }

        Bucket.Counters.MessagesOut++;
        int frame = Bucket.Frames.Write(opcode, payload, _compression, traits);
        Bucket.Loop.Outbox.Enqueue(Connection, frame);
    }

    private protected abstract void OnMessage(Opcode opcode, Span<byte> payload);

    /// <summary>The connection is gone.</summary>
    private protected abstract void OnEnded();

    /// <summary>When the session has to end or be asked again, on the loop's clock; <see cref="long.MaxValue"/> for never.</summary>
    private protected virtual long EndsAt => long.MaxValue;

    /// <summary>Asked at each deadline.</summary>
    private protected virtual bool IsOver(out ushort code, out string reason)
    {
        code = 0;
        reason = "";
        return false;
    }

    private int Read(Span<byte> data)
    {
        _heardAt = (uint)Bucket.Loop.Now;
        if (_pinged)
        {
            // Else the next look would come only at the end of this ping's timeout, however much shorter the interval is.
            _pinged = false;
            ScheduleDeadline();
        }
        else
        {
            _late = 0;
        }

        int consumed = 0;
        while (consumed < data.Length && Connection.AcceptsFrames)
        {
            WireEvent wireEvent = _reader.Read(data[consumed..], Bucket.Reader);
            consumed += wireEvent.Consumed;
            // A few compressed bytes can ask for megabytes of answers: memory stays bounded within the turn too.
            Bucket.Loop.Outbox.FlushIfFull();
            if (!Connection.AcceptsFrames)
            {
                break;
            }

            switch (wireEvent.Kind)
            {
                case WireEventKind.NeedMore:
                    return consumed;
                case WireEventKind.Message:
                    Bucket.Counters.MessagesIn++;
                    OnMessage(wireEvent.Opcode, wireEvent.Payload);
                    break;
                case WireEventKind.Ping:
                    SendControl(Opcode.Pong, wireEvent.Payload, FrameTraits.Pong);
                    break;
                case WireEventKind.Close:
                    AnswerClose(wireEvent.Code);
                    break;
                case WireEventKind.Error:
                    Close(wireEvent.Code, wireEvent.Reason);
                    break;
            }
        }

        // What is left after a close is nobody's: it must not be kept.
        return Connection.AcceptsFrames ? consumed : data.Length;
    }

    private void AnswerClose(ushort code)
    {
        // RFC 6455, 5.5.1: the answer repeats the code. The peer should have nothing more to say, but its end is awaited all
        // the same: bytes of a peer that says more would turn the close into a reset, which destroys answers on their way.
        SendClose(code, "");
        Connection.Close();
    }

    private void SendClose(ushort code, string reason)
    {
        Bucket.Hub.Meter.Closed(code);
        Outbox outbox = Bucket.Loop.Outbox;
        int bytes = FrameWriter.WriteClose(outbox.Reserve(FrameWriter.MaxControlFrame), code, reason);
        outbox.Send(Connection, bytes, FrameTraits.Close);
    }

    private void SendControl(Opcode opcode, ReadOnlySpan<byte> payload, FrameTraits traits)
    {
        Outbox outbox = Bucket.Loop.Outbox;
        int bytes = FrameWriter.WriteControl(outbox.Reserve(FrameWriter.MaxControlFrame), opcode, payload);
        outbox.Send(Connection, bytes, traits);
    }
}
