using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Node.Wire;

/// <summary>
/// Bytes to frames (RFC 6455, 5), resumable at any byte. Sixteen bytes of state, because each idle connection holds
/// one. A header, and a whole control frame, is consumed all or nothing: at most 138 bytes stay with the caller.
/// Payload of data frames is handed over as it arrives. Loop thread only.
/// </summary>
public struct FrameReader
{
    /// <summary>Two bytes and a mask key.</summary>
    public const int ShortHeaderSize = 6;

    private const byte InFrame = 1;
    private const byte Fin = 2;
    private const byte Compressed = 4;
    private const byte Ended = 8;

    private ulong _remaining;
    private uint _key;
    private byte _opcode; // of the message in progress; 0 between messages
    private byte _flags;

    /// <summary>A message has begun and not ended.</summary>
    public readonly bool IsInMessage => _opcode != 0;

    /// <summary>
    /// The common case by itself and in one look: a client's whole, unfragmented message of under 126 bytes. Everything else is
    /// left to <see cref="Read"/>, which gives the same for this too, in twice the time.
    /// </summary>
    /// <returns>Whether the input starts with one; its header took <see cref="ShortHeaderSize"/> bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryReadShort(Span<byte> input, in FrameRules rules, out Opcode opcode, out Span<byte> payload)
    {
        opcode = default;
        payload = default;
        if (_opcode != 0 || _flags != 0 || input.Length < ShortHeaderSize || rules.Role != WireRole.Server)
        {
            return false;
        }

        // FIN without reserved bits, text or binary; masked; the length in seven bits.
        int length = input[1] - 0x80;
        if (input[0] is not (0x81 or 0x82) || length is < 0 or > 125
            || length > rules.MaxFrameBytes || input.Length - ShortHeaderSize < length)
        {
            return false;
        }

        opcode = (Opcode)(input[0] & 0x0F);
        payload = input.Slice(ShortHeaderSize, length);
        Masking.Apply(payload, BinaryPrimitives.ReadUInt32LittleEndian(input[2..]));
        return true;
    }

    /// <summary>Takes the next step. The payload in the input is unmasked in place.</summary>
    /// <param name="input">What has arrived and was not consumed before.</param>
    /// <param name="rules">The same at every call of one connection.</param>
    /// <param name="rsv1Allowed">permessage-deflate was negotiated.</param>
    public FrameEvent Read(Span<byte> input, in FrameRules rules, bool rsv1Allowed)
    {
        if ((_flags & InFrame) != 0)
        {
            return input.IsEmpty ? default : Chunk(input, 0, isFirst: false);
        }

        if ((_flags & Ended) != 0)
        {
            return new FrameEvent { Consumed = input.Length };
        }

        if (input.Length < 2)
        {
            return default;
        }

        WireError? error = Check(input[0], input[1], rules.Role, rsv1Allowed);
        if (error is not null)
        {
            return Fail(error);
        }

        int headerSize = 2 + ((input[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 }) + ((input[1] & 0x80) >> 5);
        if (input.Length < headerSize)
        {
            return default;
        }

        return (input[0] & 0x08) != 0
            ? Control(input, headerSize)
            : Begin(input, headerSize, rules);
    }

    /// <summary>Ignores whatever still comes: after a close frame or an error (RFC 6455, 1.4 and 7.1.7).</summary>
    public void End() => this = new FrameReader { _flags = Ended };

    /// <summary>What the first two bytes alone can break.</summary>
    private readonly WireError? Check(byte first, byte second, WireRole role, bool rsv1Allowed)
    {
        var opcode = (Opcode)(first & 0x0F);
        bool isControl = (first & 0x08) != 0;
        int reserved = first & 0x70;
        if (reserved != 0 && (reserved != 0x40 || !rsv1Allowed || isControl || opcode == Opcode.Continuation))
        {
            return WireError.ReservedBits;
        }

        if ((first & 0x07) > 2)
        {
            return WireError.ReservedOpcode;
        }

        if ((second & 0x80) != 0 != (role == WireRole.Server))
        {
            return role == WireRole.Server ? WireError.MaskMissing : WireError.MaskForbidden;
        }

        if (isControl)
        {
            return (first & 0x80) == 0 ? WireError.ControlFragmented
                : (second & 0x7F) > FrameWriter.MaxControlPayload ? WireError.ControlTooLong
                : null;
        }

        return opcode == Opcode.Continuation
            ? IsInMessage ? null : WireError.ContinuationWithoutStart
            : IsInMessage ? WireError.MessageInterrupted : null;
    }

    private static FrameEvent Control(Span<byte> input, int headerSize)
    {
        int length = input[1] & 0x7F;
        if (input.Length < headerSize + length)
        {
            return default;
        }

        Span<byte> payload = input.Slice(headerSize, length);
        Masking.Apply(payload, MaskKey(input, headerSize));
        return new FrameEvent
        {
            Kind = FrameEventKind.Control,
            Opcode = (Opcode)(input[0] & 0x0F),
            Payload = payload,
            Consumed = headerSize + length,
        };
    }

    private FrameEvent Begin(Span<byte> input, int headerSize, in FrameRules rules)
    {
        ulong length = (ulong)(input[1] & 0x7F);
        ulong least = 0;
        if (length == 126)
        {
            (length, least) = (BinaryPrimitives.ReadUInt16BigEndian(input[2..]), 126);
        }
        else if (length == 127)
        {
            (length, least) = (BinaryPrimitives.ReadUInt64BigEndian(input[2..]), 1 << 16);
        }

        WireError? error = length < least ? WireError.LengthNotMinimal
            : length > long.MaxValue ? WireError.LengthTooLarge
            : length > (ulong)rules.MaxFrameBytes ? WireError.FrameTooBig
            : null;
        if (error is not null)
        {
            return Fail(error);
        }

        var opcode = (byte)(input[0] & 0x0F);
        bool isFirst = opcode != 0;
        int compressed = isFirst ? (input[0] & 0x40) >> 4 : _flags & Compressed;
        _opcode = isFirst ? opcode : _opcode;
        _flags = (byte)(InFrame | ((input[0] & 0x80) >> 6) | compressed);
        _key = MaskKey(input, headerSize);
        _remaining = length;
        return Chunk(input, headerSize, isFirst);
    }

    private FrameEvent Chunk(Span<byte> input, int start, bool isFirst)
    {
        int length = (int)Math.Min(_remaining, (ulong)(input.Length - start));
        Span<byte> payload = input.Slice(start, length);
        Masking.Apply(payload, _key);
        _key = Masking.Advance(_key, length);
        _remaining -= (uint)length;

        var opcode = (Opcode)_opcode;
        bool isCompressed = (_flags & Compressed) != 0;
        bool isLast = _remaining == 0 && (_flags & Fin) != 0;
        if (_remaining == 0)
        {
            _flags = isLast ? (byte)0 : (byte)(_flags & Compressed);
            _opcode = isLast ? (byte)0 : _opcode;
        }

        return new FrameEvent
        {
            Kind = FrameEventKind.Data,
            Opcode = opcode,
            IsFirst = isFirst,
            IsLast = isLast,
            IsCompressed = isCompressed,
            Payload = payload,
            Remaining = (long)_remaining,
            Consumed = start + length,
        };
    }

    private FrameEvent Fail(WireError error)
    {
        End();
        return new FrameEvent { Kind = FrameEventKind.Error, Error = error };
    }

    private static uint MaskKey(ReadOnlySpan<byte> input, int headerSize) =>
        (input[1] & 0x80) == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(input[(headerSize - 4)..]);
}
