using System.Buffers;
using System.Diagnostics;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>How a connection's messages are written: its subprotocol.</summary>
public enum MessageEncoding : byte
{
    /// <summary><c>pubsub.v1.json</c>: text frames.</summary>
    Json,

    /// <summary><c>pubsub.v1.proto</c>: binary frames.</summary>
    Proto,
}

/// <summary>Writes messages as WebSocket frames into a loop's outbox. Loop thread only.</summary>
internal sealed class FrameBuilder(Outbox outbox, Bucket bucket) : IDisposable
{
    private const int MaxHeader = 10;

    private readonly Deflater?[] _deflaters = new Deflater?[16];
    private readonly ArrayBufferWriter<byte> _deflated = new(4096);

    /// <returns>The frame's number in this turn's outbox.</returns>
    public int Write(Opcode opcode, ReadOnlySpan<byte> payload, Compression? compression, FrameTraits traits)
    {
        if (compression is not null)
        {
            return WriteCompressed(opcode, payload, compression, traits);
        }

        Span<byte> frame = outbox.Reserve(payload.Length + MaxHeader);
        int header = FrameWriter.WriteHeader(frame, opcode, fin: true, rsv1: false, payload.Length);
        payload.CopyTo(frame[header..]);
        return outbox.Commit(header + payload.Length, traits);
    }

    /// <inheritdoc cref="Write(Opcode, ReadOnlySpan{byte}, Compression?, FrameTraits)"/>
    public int Write(
        in ClientMessage message, MessageEncoding encoding, Compression? compression, FrameTraits traits)
    {
        bool json = encoding == MessageEncoding.Json;
        Opcode opcode = json ? Opcode.Text : Opcode.Binary;
        int most = json ? JsonCodec.MaxSize(message) : ProtoCodec.MaxSize(message);
        if (compression is not null)
        {
            byte[] plain = ArrayPool<byte>.Shared.Rent(most);
            int length = Encode(message, json, plain);
            int compressed = WriteCompressed(opcode, plain.AsSpan(0, length), compression, traits);
            ArrayPool<byte>.Shared.Return(plain);
            return compressed;
        }

        // The payload goes where it stands if it is as long as it can be; a shorter header moves it down a few bytes.
        Span<byte> frame = outbox.Reserve(most + MaxHeader);
        int guess = FrameWriter.HeaderSize(most);
        int payload = Encode(message, json, frame[guess..]);
        int header = FrameWriter.WriteHeader(frame, opcode, fin: true, rsv1: false, payload);
        if (header != guess)
        {
            frame.Slice(guess, payload).CopyTo(frame[header..]);
        }

        return outbox.Commit(header + payload, traits);
    }

    /// <summary>The deflater for all connections that agreed on no context takeover and on this window.</summary>
    public Deflater SharedDeflater(DeflateAgreement agreement)
    {
        Debug.Assert(!agreement.ServerContextTakeover, "a context belongs to one connection");
        return _deflaters[agreement.ServerWindowBits] ??=
            agreement.CreateDeflater(WireRole.Server, bucket.Options.Deflate.Level);
    }

    public void Dispose()
    {
        foreach (Deflater? deflater in _deflaters)
        {
            deflater?.Dispose();
        }
    }

    private static int Encode(in ClientMessage message, bool json, Span<byte> destination) =>
        json ? JsonCodec.Write(message, destination) : ProtoCodec.Write(message, destination);

    private int WriteCompressed(
        Opcode opcode, ReadOnlySpan<byte> payload, Compression compression, FrameTraits traits)
    {
        // With context takeover a lost frame makes all later ones unreadable: such a connection is closed instead.
        FrameTraits kept = compression.IsShared ? traits : bucket.Lossless;
        if (payload.Length < bucket.Options.Deflate.MinSize)
        {
            return Write(opcode, payload, null, kept);
        }

        _deflated.ResetWrittenCount();
        int length = compression.Deflater(this).Compress(payload, _deflated);
        if (compression.IsShared && length >= payload.Length)
        {
            return Write(opcode, payload, null, kept);
        }

        Span<byte> frame = outbox.Reserve(length + MaxHeader);
        int header = FrameWriter.WriteHeader(frame, opcode, fin: true, rsv1: true, length);
        _deflated.WrittenSpan.CopyTo(frame[header..]);
        return outbox.Commit(header + length, kept);
    }
}
