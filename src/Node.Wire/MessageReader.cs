using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Node.Wire;

/// <summary>
/// Bytes to messages: RFC 6455 with RFC 7692 as one state machine without a socket. Feed it what arrives, in pieces of
/// any size, and call <see cref="Read"/> until it needs more. A message that lies whole and plain in the input is
/// handed over in place; only others are gathered. 40 bytes of state, nothing on the heap between messages (unless
/// compression with context takeover was negotiated). Loop thread only.
/// </summary>
public struct MessageReader
{
    private FrameReader _frames;
    private Utf8Validator _text; // between messages it is complete, which is its start
    private MessageAssembler? _assembler;
    private readonly Inflater? _inflater;

    /// <param name="inflater">Null unless permessage-deflate was negotiated. The reader owns it.</param>
    public MessageReader(Inflater? inflater) => _inflater = inflater;

    /// <summary>
    /// Takes the next event. Payload in the input is unmasked in place. After a close frame or an error everything that
    /// still comes is consumed and ignored.
    /// </summary>
    public WireEvent Read(Span<byte> input, MessageReaderContext context)
    {
        if (_frames.TryReadShort(input, context.Rules, out Opcode opcode, out Span<byte> whole))
        {
            int size = FrameReader.ShortHeaderSize + whole.Length;
            return CheckWhole(opcode, whole, context) is { } wrong
                ? Fail(wrong, size, context)
                : new WireEvent { Kind = WireEventKind.Message, Opcode = opcode, Payload = whole, Consumed = size };
        }

        int consumed = 0;
        while (true)
        {
            FrameEvent frame = _frames.Read(input[consumed..], context.Rules, _inflater is not null);
            consumed += frame.Consumed;
            switch (frame.Kind)
            {
                case FrameEventKind.NeedMore:
                    return new WireEvent { Consumed = consumed };
                case FrameEventKind.Error:
                    return Fail(frame.Error!, consumed, context);
                case FrameEventKind.Control:
                    return Control(frame, consumed, context);
            }

            bool isWhole = frame.IsFirst && frame.IsLast && !frame.IsCompressed;
            WireError? error = isWhole ? CheckWhole(frame.Opcode, frame.Payload, context) : Gather(frame, context);
            if (error is not null)
            {
                return Fail(error, consumed, context);
            }

            if (frame.IsLast)
            {
                Span<byte> payload = isWhole ? frame.Payload : TakeGathered(context);
                return new WireEvent
                {
                    Kind = WireEventKind.Message, Opcode = frame.Opcode, Payload = payload, Consumed = consumed,
                };
            }
        }
    }

    /// <summary>The connection is over: gives back what is held. Later reads ignore their input.</summary>
    public void Release(MessageReaderContext context)
    {
        _frames.End();
        ReturnAssembler(context);
        _inflater?.Dispose();
    }

    private static WireError? CheckWhole(Opcode opcode, ReadOnlySpan<byte> payload, MessageReaderContext context) =>
        payload.Length > context.MaxMessageBytes ? WireError.MessageTooBig
        : opcode == Opcode.Text && !IsAscii(payload) && !Utf8.IsValid(payload) ? WireError.TextNotUtf8
        : null;

    /// <summary>
    /// Says at once of most short text that it is valid. The framework's validation is not inlined, and comes precompiled for
    /// an older processor where the program is not compiled in tiers: 15 ns for 64 bytes, which is 3 % of an echo at depth 16.
    /// </summary>
    private static bool IsAscii(ReadOnlySpan<byte> payload)
    {
        int last = payload.Length - Vector128<byte>.Count;
        if (last is < 0 or > 256)
        {
            return false;
        }

        ref byte start = ref MemoryMarshal.GetReference(payload);
        Vector128<byte> all = Vector128.LoadUnsafe(ref start, (nuint)last);
        for (int at = 0; at < last; at += Vector128<byte>.Count)
        {
            all |= Vector128.LoadUnsafe(ref start, (nuint)at);
        }

        return all.ExtractMostSignificantBits() == 0;
    }

    private WireError? Gather(scoped in FrameEvent frame, MessageReaderContext context)
    {
        if (frame.IsCompressed)
        {
            return GatherCompressed(frame, context);
        }

        int gathered = _assembler?.Length ?? 0;
        if (gathered + frame.Payload.Length + frame.Remaining > context.MaxMessageBytes)
        {
            return WireError.MessageTooBig;
        }

        if (frame.Opcode == Opcode.Text && !IsTextSoFar(frame.Payload, frame.IsLast))
        {
            return WireError.TextNotUtf8;
        }

        if (!frame.Payload.IsEmpty)
        {
            (_assembler ??= context.Assemblers.Rent()).Append(frame.Payload);
        }

        return null;
    }

    private WireError? GatherCompressed(scoped in FrameEvent frame, MessageReaderContext context)
    {
        _assembler ??= context.Assemblers.Rent();
        int before = _assembler.Length;
        InflateResult result = _inflater!.Append(
            frame.Payload, frame.IsFirst, frame.IsLast, _assembler, context.MaxMessageBytes, context.Inflaters);

        // Text first: then the same bytes give the same error however they were cut.
        if (frame.Opcode == Opcode.Text
            && !IsTextSoFar(_assembler.Written[before..], frame.IsLast && result == InflateResult.Ok))
        {
            return WireError.TextNotUtf8;
        }

        return result switch
        {
            InflateResult.Ok => null,
            InflateResult.TooBig => WireError.MessageTooBig,
            _ => WireError.CorruptDeflate,
        };
    }

    private bool IsTextSoFar(ReadOnlySpan<byte> chunk, bool isLast) =>
        _text.Append(chunk) && (!isLast || _text.IsComplete);

    private WireEvent Control(scoped in FrameEvent frame, int consumed, MessageReaderContext context)
    {
        if (frame.Opcode != Opcode.Close)
        {
            return new WireEvent
            {
                Kind = frame.Opcode == Opcode.Ping ? WireEventKind.Ping : WireEventKind.Pong,
                Opcode = frame.Opcode,
                Payload = frame.Payload,
                Consumed = consumed,
            };
        }

        WireError? error = ParseClose(frame.Payload, out ushort code);
        if (error is not null)
        {
            return Fail(error, consumed, context);
        }

        Release(context);
        return new WireEvent
        {
            Kind = WireEventKind.Close,
            Opcode = Opcode.Close,
            Code = code,
            Payload = frame.Payload.IsEmpty ? default : frame.Payload[2..],
            Consumed = consumed,
        };
    }

    private static WireError? ParseClose(ReadOnlySpan<byte> payload, out ushort code)
    {
        code = payload.Length < 2 ? CloseCode.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(payload);
        return payload.IsEmpty ? null
            : payload.Length == 1 ? WireError.CloseTooShort
            : !CloseCode.IsValidOnWire(code) ? WireError.CloseCodeInvalid
            : !Utf8.IsValid(payload[2..]) ? WireError.CloseReasonNotUtf8
            : null;
    }

    private Span<byte> TakeGathered(MessageReaderContext context)
    {
        // Returned at once, so that a connection which falls silent after a message holds nothing. The bytes stay
        // readable: nothing is written to them before the pool lends the assembler again.
        Span<byte> gathered = _assembler is null ? default : _assembler.Written;
        ReturnAssembler(context);
        return gathered;
    }

    private void ReturnAssembler(MessageReaderContext context)
    {
        if (_assembler is not null)
        {
            context.Assemblers.Return(_assembler);
            _assembler = null;
        }
    }

    private WireEvent Fail(WireError error, int consumed, MessageReaderContext context)
    {
        Release(context);
        return new WireEvent { Kind = WireEventKind.Error, Code = error.Code, Error = error, Consumed = consumed };
    }
}
