using System.Buffers;
using System.Diagnostics;

namespace Node.Transport;

/// <summary>A connection on a raw descriptor that a <see cref="ReadinessPoller"/> watches. Loop thread only.</summary>
/// <remarks>
/// Usually it waits for input alone, and edge-triggered: level-triggered, epoll looks at each ready socket a second time at the
/// next wait, which was measured at 6 % of an echo's CPU. While it is paused or has output waiting it is level-triggered:
/// that is rare, and then nothing has to be remembered about what stays ready.
/// </remarks>
internal sealed class DescriptorConnection : Connection
{
    private const int MaxReadsAtEnd = 16;
    private const Readiness InputOnly = Readiness.Readable | Readiness.Edge;

    private readonly int _descriptor;
    private byte[]? _leftover;
    private ushort _leftoverLength;
    private Readiness _interest;
    private bool _connecting;

    public DescriptorConnection(EventLoop loop, int descriptor, bool connecting = false)
        : base(loop)
    {
        _descriptor = descriptor;
        _connecting = connecting;
        _interest = connecting ? Readiness.Writable : InputOnly;
    }

    internal override int Descriptor => _descriptor;

    private ReadinessPoller Poller => Loop.Sockets;

    /// <summary>Puts the connection under watch, once it has its slot.</summary>
    /// <returns>False when the kernel refuses: out of watches or memory.</returns>
    public bool Watch(ulong key) => Poller.Add(_descriptor, key, _interest) >= 0;

    public void OnReady(Readiness readiness)
    {
        if (_connecting)
        {
            FinishConnecting();
            return;
        }

        if ((readiness & Readiness.Writable) != 0)
        {
            OnWritable();
            if (Backlog is null && !IsClosed)
            {
                SetInterest(_interest & ~Readiness.Writable);
            }
        }

        // A broken connection says what broke it when it is read, and may have bytes to read before that.
        const Readiness Input = Readiness.Readable | Readiness.Broken | Readiness.Ended;
        if ((readiness & Input) != 0 && !IsClosed)
        {
            ReadReady(readiness);
        }
    }

    public override void PauseReading() => SetInterest(_interest & ~Readiness.Readable);

    public override void ResumeReading() => SetInterest(_interest | Readiness.Readable);

    internal override int TrySend(ReadOnlySpan<byte> bytes)
    {
        Loop.Counters.Sends++;
        return Sent(Poller.Send(_descriptor, bytes));
    }

    internal override int Sent(int result)
    {
        if (result >= 0)
        {
            Loop.Counters.BytesSent += result;
            return result;
        }

        if (result is -Errno.Again or -Errno.Interrupted or -Errno.NoBuffers or -Errno.OutOfMemory)
        {
            return 0;
        }

        Release(CloseCause.Network);
        return -1;
    }

    internal override void WaitWritable() => SetInterest(_interest | Readiness.Writable);

    private protected override void EndStream()
    {
        if (Poller.ShutdownSend(_descriptor) < 0)
        {
            Release(CloseCause.Network);
            return;
        }

        SetInterest(Readiness.Readable);
    }

    private protected override void ReleaseTransport()
    {
        Debug.Assert(!Loop.Outbox.HasPending, "a number in a batch could be somebody else's when it is submitted");
        Poller.Close(_descriptor);
        ReturnLeftover();
    }

    private void ReadReady(Readiness readiness)
    {
        if ((_interest & Readiness.Readable) == 0)
        {
            // Paused. What is broken is told all the same, at every turn: there is nobody left to keep it for.
            if ((readiness & Readiness.Broken) != 0)
            {
                Release(CloseCause.Network);
            }

            return;
        }

        bool emptied = Read();
        if ((readiness & (Readiness.Ended | Readiness.Broken)) != 0)
        {
            // The end has been told of already and will not be again: it is read to, past the bytes before it.
            for (int reads = 1; reads < MaxReadsAtEnd && !IsClosed && (_interest & Readiness.Readable) != 0; reads++)
            {
                Read();
            }

            emptied = false;
        }

        if (!emptied && !IsClosed && (_interest & Readiness.Edge) != 0)
        {
            // One buffer a turn, so that a busy peer starves nobody: the rest is asked for again.
            Poller.Modify(_descriptor, Loop.KeyOf(this), _interest);
        }
    }

    /// <returns>Whether nothing is left to read.</returns>
    private bool Read()
    {
        Span<byte> scratch = Loop.Scratch;
        int kept = _leftoverLength;
        if (kept > 0)
        {
            _leftover.AsSpan(0, kept).CopyTo(scratch);
        }

        int received = Poller.Receive(_descriptor, scratch[kept..]);
        if (received <= 0)
        {
            return ReadFailed(received);
        }

        Loop.Counters.Receives++;
        Loop.Counters.BytesReceived += received;
        Span<byte> data = scratch[..(kept + received)];
        int consumed = Deliver(data);
        if (!IsClosed)
        {
            Keep(data[consumed..]);
        }

        return data.Length < scratch.Length;
    }

    private bool ReadFailed(int result)
    {
        switch (result)
        {
            case 0:
                PeerEnded();
                return true;
            case -Errno.Again:
                return true;
            case -Errno.Interrupted:
                return false;
            default:
                Release(IsFinishing ? CloseCause.Local : CloseCause.Network);
                return true;
        }
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            ReturnLeftover();
            return;
        }

        if (_leftover is null || _leftover.Length < rest.Length)
        {
            ReturnLeftover();
            _leftover = ArrayPool<byte>.Shared.Rent(rest.Length);
        }

        rest.CopyTo(_leftover);
        _leftoverLength = (ushort)rest.Length;
    }

    private void ReturnLeftover()
    {
        if (_leftover is { } leftover)
        {
            _leftover = null;
            _leftoverLength = 0;
            ArrayPool<byte>.Shared.Return(leftover);
        }
    }

    private void FinishConnecting()
    {
        _connecting = false;
        if (Poller.ConnectOutcome(_descriptor) < 0)
        {
            Release(CloseCause.NotConnected);
            return;
        }

        // What was sent before the outcome was there waits for this.
        SetInterest(Backlog is null ? Readiness.Readable : Readiness.Readable | Readiness.Writable);
        try
        {
            if (AcceptsFrames)
            {
                Handler.OnConnected();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void SetInterest(Readiness interest)
    {
        interest &= ~Readiness.Edge;
        interest = interest == Readiness.Readable ? InputOnly : interest;
        if (interest == _interest || IsClosed)
        {
            return;
        }

        _interest = interest;
        if (Poller.Modify(_descriptor, Loop.KeyOf(this), interest) < 0)
        {
            Release(CloseCause.Network);
        }
    }
}
