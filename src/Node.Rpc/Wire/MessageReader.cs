using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>
/// Takes the messages of one call out of a pipe. They are parsed where they lie; only one that is not there in whole waits, in
/// the pipe. One reader at a time.
/// </summary>
/// <param name="input">The body of a request or a response.</param>
/// <param name="maxSize">Bytes of a message at most, compressed or not.</param>
/// <param name="gzip">Whether the other side said that it may compress.</param>
internal sealed class MessageReader(PipeReader input, int maxSize, bool gzip) : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;
    private bool _ended;

    /// <summary>The stream broke: the other side has reset it, or is gone.</summary>
    public bool IsBroken { get; private set; }

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <returns>Null where the other side has said all.</returns>
    /// <exception cref="RpcException">The message is malformed (INTERNAL) or too large (RESOURCE_EXHAUSTED). Nothing can be read after it.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellation)
        where T : class
    {
        while (!_ended)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(cancellation);
            }
            catch (IOException)
            {
                IsBroken = true;
                throw;
            }

            if (TryTake(read.Buffer, out bool isCompressed))
            {
                SequencePosition end = _payload.End;
                _ended = read.IsCompleted && read.Buffer.Slice(end).IsEmpty;
                T message = Parse(marshaller, isCompressed);
                input.AdvanceTo(end);
                return message;
            }

            if (read.IsCompleted && !read.Buffer.IsEmpty) throw Failures.Internal("the stream ended within a message");
            _ended = read.IsCompleted;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        return null;
    }

    /// <summary>The one message of a call that has one.</summary>
    /// <exception cref="RpcException">INTERNAL as well where there is none, or another one.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> ReadOnlyAsync<T>(Marshaller<T> marshaller, CancellationToken cancellation)
        where T : class
    {
        T message = await ReadAsync(marshaller, cancellation) ?? throw Failures.Internal("a message was expected, none came");
        if (!_ended && await ReadAsync(marshaller, cancellation) is not null)
        {
            throw Failures.Internal("one message was expected, more came");
        }

        return message;
    }

    /// <summary>Gives the pipe's memory back. Nothing is read after it.</summary>
    public void Complete() => input.Complete();

    private bool TryTake(in ReadOnlySequence<byte> buffer, out bool isCompressed)
    {
        isCompressed = false;
        if (!MessagePrefix.TryRead(buffer, out MessagePrefix prefix)) return false;
        if (prefix.Length > maxSize) throw Failures.TooLargeToReceive(prefix.Length, maxSize);
        if (buffer.Length < MessagePrefix.Size + prefix.Length) return false;
        _payload = buffer.Slice(MessagePrefix.Size, prefix.Length);
        isCompressed = prefix.IsCompressed;
        return true;
    }

    private T Parse<T>(Marshaller<T> marshaller, bool isCompressed)
    {
        if (isCompressed)
        {
            if (!gzip) throw Failures.Internal("a message is compressed, and the headers do not say how");
            _payload = Gzip.Decompress(_payload, maxSize);
        }

        try
        {
            return marshaller.ContextualDeserializer(this);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Failures.Internal("a message cannot be parsed", exception);
        }
        finally
        {
            _payload = default;
        }
    }
}
