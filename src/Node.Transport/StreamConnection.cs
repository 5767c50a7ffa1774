using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace Node.Transport;

#pragma warning disable CA2012 // Each ValueTask kept in a field here is consumed once, by the continuation that it starts.

/// <summary>
/// A connection on a <see cref="Socket"/>, with or without TLS: for systems without epoll, and for TLS everywhere.
/// Loop thread only; what the pool's threads complete comes in by <see cref="EventLoop.Post(Action{object?}, object?)"/>.
/// </summary>
/// <remarks>
/// Input is a <see cref="PipeReader"/> with zero-byte reads, so an idle connection holds no buffer; a handler's leftover stays in it.
/// One read a turn is delivered, from the loop's scratch: contiguous, and free to be changed in place.
/// Output is one write at a time of at most 64 KiB. While it is in flight nothing more is taken, and what comes waits in
/// the send queue, where the policies are. A pipe for output would be a second queue without any.
/// </remarks>
internal sealed class StreamConnection : Connection
{
    private const int WriteBytes = 64 * 1024;

    private static readonly StreamPipeReaderOptions ReaderOptions =
        new(bufferSize: 16 * 1024, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly Action _readCompleted;
    private readonly Action _writeCompleted;
    private ValueTask<ReadResult> _read;
    private ValueTask _write;
    private byte[]? _writing;
    private int _kept;
    private ReadState _readState;
    private bool _paused;

    public StreamConnection(EventLoop loop, Socket socket, Stream stream)
        : base(loop)
    {
        _socket = socket;
        _stream = stream;
        _reader = PipeReader.Create(stream, ReaderOptions);
        _readCompleted = () => Loop.Post(static self => ((StreamConnection)self!).OnRead(), this);
        _writeCompleted = () => Loop.Post(static self => ((StreamConnection)self!).OnWritten(), this);
    }

    private enum ReadState : byte
    {
        Idle,
        Pending,

        /// <summary>Bytes are there, but reading is paused.</summary>
        Held,
        Delivering,
    }

    private protected override bool IsWriting => _writing is not null;

    /// <summary>Starts to read, once the connection has its slot and its handler.</summary>
    public void Start()
    {
        if (!IsClosed)
        {
            StartRead();
        }
    }

    public override void PauseReading() => _paused = true;

    public override void ResumeReading()
    {
        _paused = false;
        if (_readState == ReadState.Held)
        {
            // Not from within this call: a handler that resumes does not expect to be called back by it.
            _readState = ReadState.Pending;
            _readCompleted();
        }
    }

    internal override int TrySend(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (_writing is null && taken < bytes.Length)
        {
            ReadOnlySpan<byte> part = bytes[taken..Math.Min(bytes.Length, taken + WriteBytes)];
            if (!Write(part))
            {
                Release(CloseCause.Network);
                return -1;
            }

            Loop.Counters.Sends++;
            Loop.Counters.BytesSent += part.Length;
            taken += part.Length;
        }

        return taken;
    }

    internal override void WaitWritable()
    {
        if (_writing is null)
        {
            PostContinue();
        }
    }

    private protected override void EndStream()
    {
        _ = EndStreamAsync();
        ResumeReading();
    }

    private protected override void ReleaseTransport()
    {
        // Operations in flight end with an exception; the buffers they use are given back when they have.
        _stream.Dispose();
        _socket.Dispose();
        if (_readState is ReadState.Idle or ReadState.Held)
        {
            _reader.Complete();
        }
    }

    private void StartRead()
    {
        _readState = ReadState.Pending;
        _read = _reader.ReadAsync();
        if (_read.IsCompleted)
        {
            // By way of the loop all the same: one read a turn, so that a peer that never pauses starves nobody.
            _readCompleted();
        }
        else
        {
            _read.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_readCompleted);
        }
    }

    private void OnRead()
    {
        if (_paused && !IsFinishing && !IsClosed)
        {
            _readState = ReadState.Held;
            return;
        }

        _readState = ReadState.Delivering;
        if (TakeRead(out ReadResult result) && !IsClosed)
        {
            Receive(result);
        }

        if (IsClosed)
        {
            _reader.Complete();
            return;
        }

        StartRead();
    }

    private bool TakeRead(out ReadResult result)
    {
        try
        {
            result = _read.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception)
        {
            // Only the stream runs in there: whatever it throws, the network or the peer's TLS is what failed.
            result = default;
            Release(IsFinishing ? CloseCause.Local : CloseCause.Network);
            return false;
        }
    }

    private void Receive(in ReadResult result)
    {
        ReadOnlySequence<byte> buffer = result.Buffer;
        if (result.IsCompleted)
        {
            PeerEnded();
            return;
        }

        int length = (int)Math.Min(buffer.Length, Loop.Scratch.Length);
        Loop.Counters.Receives++;
        Loop.Counters.BytesReceived += length - _kept;
        Span<byte> data = Loop.Scratch[..length];
        buffer.Slice(0, length).CopyTo(data);
        int consumed = Deliver(data);
        if (IsClosed)
        {
            return;
        }

        _kept = length - consumed;
        _reader.AdvanceTo(buffer.GetPosition(consumed), buffer.GetPosition(length));
    }

    private bool Write(ReadOnlySpan<byte> bytes)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer);
        try
        {
            _write = _stream.WriteAsync(buffer.AsMemory(0, bytes.Length));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return false;
        }

        if (!_write.IsCompleted)
        {
            _writing = buffer;
            _write.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_writeCompleted);
            return true;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return TakeWrite();
    }

    private void OnWritten()
    {
        ArrayPool<byte>.Shared.Return(_writing!);
        _writing = null;
        if (!TakeWrite())
        {
            Release(CloseCause.Network);
        }

        Continue();
    }

    private void PostContinue() => Loop.Post(static self => ((StreamConnection)self!).Continue(), this);

    private void Continue()
    {
        if (IsClosed || _writing is not null)
        {
            return;
        }

        OnWritable();
        if (!IsClosed && Backlog is not null && _writing is null)
        {
            // Bounded work a turn: the rest of a long queue goes on in the next one.
            PostContinue();
        }
    }

    private bool TakeWrite()
    {
        try
        {
            _write.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private async Task EndStreamAsync()
    {
        try
        {
            if (_stream is SslStream tls)
            {
                await tls.ShutdownAsync().ConfigureAwait(false);
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception)
        {
            // The peer is gone already, or the connection was released meanwhile; reading says so too.
        }
    }
}
