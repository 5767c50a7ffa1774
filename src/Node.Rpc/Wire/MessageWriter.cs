using System.Buffers;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>
/// Puts the messages of one call, each behind its prefix, where they are sent from. One whose length is known is written there
/// directly; a compressed one takes a copy. One writer at a time.
/// </summary>
/// <param name="output">Takes whole messages; flushing is the caller's.</param>
/// <param name="maxSize">Bytes of a message at most, before compression.</param>
/// <param name="gzip">Whether the headers say that messages may be compressed.</param>
internal sealed class MessageWriter(IBufferWriter<byte> output, int maxSize, bool gzip) : SerializationContext
{
    // Below it compression costs more than it saves: a packet is sent anyway.
    private const int MinCompressed = 1024;
    private const int UnknownLength = -1;

    // What a hint may hold back; more leaves whatever it says.
    private const int MaxWaiting = 64 * 1024;

    private ArrayBufferWriter<byte>? _copy;
    private int _length;
    private int _waiting;
    private bool _compress;

    /// <returns>Whether the output has to be flushed now: false where the options say that more follows.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: it is too large; nothing was written.</exception>
    public bool Write<T>(T message, Marshaller<T> marshaller, WriteOptions? options)
    {
        WriteFlags flags = options?.Flags ?? WriteFlags.None;
        _compress = gzip && (flags & WriteFlags.NoCompress) == 0;
        _length = UnknownLength;
        _copy = null;
        marshaller.ContextualSerializer(message, this);
        if ((flags & WriteFlags.BufferHint) != 0 && _waiting < MaxWaiting) return false;
        _waiting = 0;
        return true;
    }

    public override void SetPayloadLength(int payloadLength)
    {
        Check(payloadLength);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_length == UnknownLength || (_compress && _length >= MinCompressed)) return _copy = new ArrayBufferWriter<byte>();
        WritePrefix(isCompressed: false, _length);
        return output;
    }

    public override void Complete()
    {
        if (_copy is not null) WriteWhole(_copy.WrittenSpan);
    }

    public override void Complete(byte[] payload) => WriteWhole(payload);

    private void WriteWhole(ReadOnlySpan<byte> payload)
    {
        Check(payload.Length);
        if (_compress && payload.Length >= MinCompressed)
        {
            ReadOnlySpan<byte> compressed = Gzip.Compress(payload).Span;
            if (compressed.Length < payload.Length)
            {
                WritePrefix(isCompressed: true, compressed.Length);
                output.Write(compressed);
                return;
            }
        }

        WritePrefix(isCompressed: false, payload.Length);
        output.Write(payload);
    }

    private void WritePrefix(bool isCompressed, int length)
    {
        new MessagePrefix(isCompressed, (uint)length).Write(output);
        _waiting += MessagePrefix.Size + length;
    }

    private void Check(int length)
    {
        if (length > maxSize) throw Failures.TooLargeToSend(length, maxSize);
    }
}
