using System.Buffers;
using System.Buffers.Text;

namespace Node.Wire.Messages;

/// <summary>
/// Reads one JSON message over its payload. Every method returns null or one of <see cref="ReadErrors"/>; a bad
/// name does not stop the reading, so that its error can be answered with the right <c>seq</c>.
/// </summary>
internal ref struct JsonMessageReader(Span<byte> payload)
{
    private readonly Span<byte> _payload = payload;
    private JsonScanner _scanner = new(payload);
    private Fields _seen;
    private string? _nameError;

    /// <summary>What has been read so far.</summary>
    public ClientMessage Message;

    [Flags]
    private enum Fields
    {
        MessageId = 1,
        Seq = 2,
        Room = 4,
        User = 8,
        Offset = 16,
        Epoch = 32,
        Data = 64,
        Error = 128,
        Code = 256,
        Reason = 512,
        Traceparent = 1024,
    }

    public string? Read()
    {
        _scanner.SkipSpace();
        if (_scanner.Next != '{')
        {
            return ReadErrors.NotAnObject;
        }

        if (ReadObject(inError: false) is { } error)
        {
            return error;
        }

        _scanner.SkipSpace();
        return _scanner.AtEnd ? _nameError : ReadErrors.TrailingBytes;
    }

    private string? ReadObject(bool inError)
    {
        if (!_scanner.Take((byte)'{'))
        {
            return ReadErrors.WrongType;
        }

        _scanner.SkipSpace();
        if (_scanner.Take((byte)'}'))
        {
            return null;
        }

        do
        {
            _scanner.SkipSpace();
            if (_scanner.Next != '"')
            {
                return ReadErrors.NotJson;
            }

            if (ReadString(out Span<byte> name) is { } nameError)
            {
                return nameError;
            }

            _scanner.SkipSpace();
            if (!_scanner.Take((byte)':'))
            {
                return ReadErrors.NotJson;
            }

            _scanner.SkipSpace();
            string? error = inError ? ReadErrorField(name) : ReadField(name);
            if (error is not null)
            {
                return error;
            }

            _scanner.SkipSpace();
        }
        while (_scanner.Take((byte)','));

        return _scanner.Take((byte)'}') ? null : ReadErrors.NotJson;
    }

    private string? ReadField(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("message_id"u8))
        {
            string? error = ReadName(
                Fields.MessageId, Names.MaxMessageId, ReadErrors.BadMessageId, out ReadOnlySpan<byte> value);
            Message.MessageId = value;
            return error;
        }

        if (name.SequenceEqual("seq"u8))
        {
            string? error = ReadNumber(Fields.Seq, ulong.MaxValue, out ulong value);
            Message.Seq = value;
            return error;
        }

        if (name.SequenceEqual("room"u8))
        {
            string? error = ReadName(Fields.Room, Names.MaxRoom, ReadErrors.BadRoom, out ReadOnlySpan<byte> value);
            Message.Room = value;
            return error;
        }

        if (name.SequenceEqual("data"u8))
        {
            return ReadData();
        }

        if (name.SequenceEqual("user"u8))
        {
            string? error = ReadName(Fields.User, Names.MaxUser, ReadErrors.BadUser, out ReadOnlySpan<byte> value);
            Message.User = value;
            return error;
        }

        if (name.SequenceEqual("offset"u8))
        {
            string? error = ReadNumber(Fields.Offset, ulong.MaxValue, out ulong value);
            Message.Offset = value;
            return error;
        }

        if (name.SequenceEqual("epoch"u8))
        {
            string? error = ReadName(Fields.Epoch, Names.MaxEpoch, ReadErrors.BadEpoch, out ReadOnlySpan<byte> value);
            Message.Epoch = value;
            return error;
        }

        if (name.SequenceEqual("data_base64"u8))
        {
            return ReadBase64();
        }

        if (name.SequenceEqual("traceparent"u8))
        {
            return ReadTraceparent();
        }

        if (name.SequenceEqual("error"u8))
        {
            return SeenTwice(Fields.Error) ? ReadErrors.DuplicateField : ReadObject(inError: true);
        }

        return SkipUnknown(depth: 1);
    }

    private string? ReadErrorField(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("code"u8))
        {
            string? error = ReadNumber(Fields.Code, uint.MaxValue, out ulong value);
            Message.ErrorCode = (uint)value;
            return error;
        }

        if (name.SequenceEqual("reason"u8))
        {
            string? error = ReadOnce(Fields.Reason, out Span<byte> value);
            Message.ErrorReason = value;
            return error;
        }

        return SkipUnknown(depth: 2);
    }

    private string? ReadName(Fields field, int maxBytes, string nameError, out ReadOnlySpan<byte> name)
    {
        string? error = ReadOnce(field, out Span<byte> value);
        name = value;
        if (error is null && (value.Length > maxBytes || Names.HasControl(value)))
        {
            name = default;
            _nameError ??= nameError;
        }

        return error;
    }

    // One that makes no sense is ignored, as is one of another type: a message is not worth less for it.
    private string? ReadTraceparent()
    {
        if (_scanner.Next != '"')
        {
            return SeenTwice(Fields.Traceparent) ? ReadErrors.DuplicateField : SkipUnknown(depth: 1);
        }

        string? error = ReadOnce(Fields.Traceparent, out Span<byte> value);
        Message.Traceparent = value;
        return error;
    }

    private string? ReadOnce(Fields field, out Span<byte> value)
    {
        value = default;
        return SeenTwice(field) ? ReadErrors.DuplicateField : ReadString(out value);
    }

    private string? ReadString(out Span<byte> value)
    {
        value = default;
        if (_scanner.Next != '"')
        {
            return ReadErrors.WrongType;
        }

        int start = _scanner.Position + 1;
        if (!_scanner.SkipString(out bool escaped))
        {
            return ReadErrors.NotJson;
        }

        value = _payload[start..(_scanner.Position - 1)];
        if (!escaped)
        {
            return null;
        }

        int length = JsonString.UnescapeInPlace(value);
        if (length < 0)
        {
            return ReadErrors.BadString;
        }

        value = value[..length];
        return null;
    }

    private string? ReadNumber(Fields field, ulong max, out ulong value)
    {
        value = 0;
        if (SeenTwice(field))
        {
            return ReadErrors.DuplicateField;
        }

        int start = _scanner.Position;
        if (_scanner.Next != '-' && !char.IsAsciiDigit((char)_scanner.Next))
        {
            return ReadErrors.WrongType;
        }

        if (!_scanner.SkipValue(maxDepth: 0))
        {
            return ReadErrors.NotJson;
        }

        // The grammar has been checked; what is left over here is a sign, a fraction, an exponent, or too many digits.
        ReadOnlySpan<byte> text = _payload[start.._scanner.Position];
        bool whole = Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length && value <= max;
        return whole ? null : ReadErrors.BadNumber;
    }

    private string? ReadData()
    {
        if (SeenTwice(Fields.Data))
        {
            return ReadErrors.DuplicateField;
        }

        int start = _scanner.Position;
        if (SkipUnknown(depth: 1) is { } error)
        {
            return error;
        }

        Message.SetJson(_payload[start.._scanner.Position]);
        return null;
    }

    private string? ReadBase64()
    {
        if (ReadOnce(Fields.Data, out Span<byte> text) is { } error)
        {
            return error;
        }

        // The framework skips white space and we do not: what decodes to less than the length says has had some.
        int padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        int expected = (text.Length / 4 * 3) - padding;
        bool valid = text.Length % 4 == 0
            && Base64.DecodeFromUtf8InPlace(text, out int written) == OperationStatus.Done
            && written == expected;
        if (!valid)
        {
            return ReadErrors.BadBase64;
        }

        Message.DataKind = expected > 0 ? DataKind.Binary : DataKind.None;
        Message.Data = text[..expected];
        return null;
    }

    private string? SkipUnknown(int depth)
    {
        if (_scanner.SkipValue(JsonScanner.MaxDepth - depth))
        {
            return null;
        }

        return _scanner.IsTooDeep ? ReadErrors.NestedTooDeep : ReadErrors.NotJson;
    }

    private bool SeenTwice(Fields field)
    {
        bool twice = (_seen & field) != 0;
        _seen |= field;
        return twice;
    }
}
