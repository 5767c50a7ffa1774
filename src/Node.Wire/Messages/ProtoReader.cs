using System.Text.Unicode;

namespace Node.Wire.Messages;

/// <summary>
/// The protobuf wire format, read from a span. The first error sticks: from then on the reader is at its end and
/// every read yields a default, so a loop over the tags ends by itself and asks <see cref="Error"/> once.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> data)
{
    public const uint Varint = 0;
    public const uint LengthDelimited = 2;

    private const uint Fixed64 = 1;
    private const uint StartGroup = 3;
    private const uint EndGroup = 4;
    private const uint Fixed32 = 5;
    private const int MaxGroupDepth = 64;

    private ReadOnlySpan<byte> _rest = data;

    public string? Error { get; private set; }

    /// <summary>Stops the reading with an error; null is none.</summary>
    public void Fail(string? error)
    {
        if (error is not null)
        {
            Error ??= error;
            _rest = default;
        }
    }

    /// <summary>False at the end and on an error. A field number is 1 or more.</summary>
    public bool TryReadTag(out uint tag)
    {
        tag = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong wide = ReadVarint();
        if (Error is null && (wide > uint.MaxValue || wide < 8))
        {
            Fail(ReadErrors.BadTag);
        }

        tag = (uint)wide;
        return Error is null;
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length; i++)
        {
            byte next = _rest[i];
            if (i == 9 && next > 1)
            {
                Fail(ReadErrors.BadVarint);
                return 0;
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        Fail(ReadErrors.Truncated);
        return 0;
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        ulong length = ReadVarint();
        return Take(length);
    }

    public ReadOnlySpan<byte> ReadString()
    {
        ReadOnlySpan<byte> text = ReadBytes();
        if (!Utf8.IsValid(text))
        {
            Fail(ReadErrors.BadUtf8);
            return default;
        }

        return text;
    }

    /// <summary>Skips the value after a tag, a group with all that is in it.</summary>
    public void Skip(uint tag) => Skip(tag, depth: 0);

    private void Skip(uint tag, int depth)
    {
        switch (tag & 7)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Take(sizeof(ulong));
                break;
            case LengthDelimited:
                ReadBytes();
                break;
            case StartGroup:
                SkipGroup(tag >> 3, depth + 1);
                break;
            case Fixed32:
                Take(sizeof(uint));
                break;
            default:
                Fail(ReadErrors.BadTag);
                break;
        }
    }

    // Recursion, but no deeper than the constant: groups are long gone from the language and only need to be survived.
    private void SkipGroup(uint field, int depth)
    {
        if (depth > MaxGroupDepth)
        {
            Fail(ReadErrors.TooDeep);
            return;
        }

        while (TryReadTag(out uint tag))
        {
            if (tag == ((field << 3) | EndGroup))
            {
                return;
            }

            Skip(tag, depth);
        }

        Fail(ReadErrors.Truncated);
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            Fail(ReadErrors.Truncated);
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
