using System.Text.Unicode;

namespace Node.Wire.Messages;

/// <summary>
/// Walks over JSON text (RFC 8259) and tells whether it is well-formed; values are skipped, not built.
/// Ours and not <c>Utf8JsonReader</c>, because that one reports bad input by throwing (tens of microseconds and
/// an allocation), and asking whether a protobuf client's bytes are JSON is an everyday question with "no" as an
/// everyday answer. UTF-8 inside strings is not checked here.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> text)
{
    /// <summary>Levels of arrays and objects in one message, its own braces included. At most 64: one bit each.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _text = text;

    public int Position { get; private set; }

    /// <summary>Whether the last value that could not be skipped was nested too deep; what came after that is not known.</summary>
    public bool IsTooDeep { get; private set; }

    public readonly bool AtEnd => Position >= _text.Length;

    /// <summary>The next byte, or 0 at the end (which is no JSON character, so no caller mistakes it).</summary>
    public readonly byte Next => Position < _text.Length ? _text[Position] : (byte)0;

    /// <summary>
    /// Finds the value in bytes that are one JSON text, strict UTF-8 included, nested so that it still fits into
    /// a message. False for anything else.
    /// </summary>
    public static bool TryFindValue(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value)
    {
        var scanner = new JsonScanner(bytes);
        scanner.SkipSpace();
        int start = scanner.Position;
        bool valid = scanner.SkipValue(MaxDepth - 1);
        int end = scanner.Position;
        scanner.SkipSpace();
        valid = valid && scanner.AtEnd && Utf8.IsValid(bytes);
        value = valid ? bytes[start..end] : default;
        return valid;
    }

    public void SkipSpace()
    {
        while (Position < _text.Length && _text[Position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            Position++;
        }
    }

    public bool Take(byte expected)
    {
        if (Next != expected || AtEnd)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>
    /// Skips one value with at most <paramref name="maxDepth"/> levels in it. Keeps no stack but one bit a level
    /// (1: object), so the cost of hostile nesting is that of reading it.
    /// </summary>
    public bool SkipValue(int maxDepth)
    {
        ulong kinds = 0;
        int depth = 0;
        while (true)
        {
            SkipSpace();
            bool isObject = Next == '{';
            if (isObject || Next == '[')
            {
                if (depth == maxDepth)
                {
                    IsTooDeep = true;
                    return false;
                }

                Position++;
                kinds = (kinds << 1) | (isObject ? 1u : 0u);
                depth++;
                SkipSpace();
                if (Next != (isObject ? '}' : ']'))
                {
                    if (isObject && !SkipName())
                    {
                        return false;
                    }

                    continue;
                }
            }
            else if (!SkipScalar())
            {
                return false;
            }

            if (!SkipEnds(ref kinds, ref depth))
            {
                return false;
            }

            if (depth == 0)
            {
                return true;
            }
        }
    }

    /// <summary>Skips a string, quotes included, and checks its escapes.</summary>
    public bool SkipString(out bool escaped)
    {
        escaped = false;
        if (!Take((byte)'"'))
        {
            return false;
        }

        while (true)
        {
            int run = _text[Position..].IndexOfAny(JsonString.Specials);
            if (run < 0)
            {
                Position = _text.Length;
                return false;
            }

            Position += run;
            if (Take((byte)'"'))
            {
                return true;
            }

            escaped = true;
            if (!SkipEscape())
            {
                return false;
            }
        }
    }

    // After a value: closes what ends here and stops behind the comma before the next value, or at depth 0.
    private bool SkipEnds(ref ulong kinds, ref int depth)
    {
        while (depth > 0)
        {
            SkipSpace();
            bool inObject = (kinds & 1) != 0;
            if (Take((byte)','))
            {
                SkipSpace();
                return !inObject || SkipName();
            }

            if (!Take((byte)(inObject ? '}' : ']')))
            {
                return false;
            }

            kinds >>= 1;
            depth--;
        }

        return true;
    }

    private bool SkipName()
    {
        if (!SkipString(out _))
        {
            return false;
        }

        SkipSpace();
        return Take((byte)':');
    }

    private bool SkipScalar() => Next switch
    {
        (byte)'"' => SkipString(out _),
        (byte)'t' => SkipLiteral("true"u8),
        (byte)'f' => SkipLiteral("false"u8),
        (byte)'n' => SkipLiteral("null"u8),
        _ => SkipNumber(),
    };

    private bool SkipLiteral(scoped ReadOnlySpan<byte> literal)
    {
        if (!_text[Position..].StartsWith(literal))
        {
            return false;
        }

        Position += literal.Length;
        return true;
    }

    // RFC 8259 section 6: [ minus ] int [ frac ] [ exp ]
    private bool SkipNumber()
    {
        Take((byte)'-');
        if (!Take((byte)'0') && !SkipDigits())
        {
            return false;
        }

        if (Take((byte)'.') && !SkipDigits())
        {
            return false;
        }

        if (Take((byte)'e') || Take((byte)'E'))
        {
            _ = Take((byte)'+') || Take((byte)'-');
            return SkipDigits();
        }

        return true;
    }

    private bool SkipDigits()
    {
        int start = Position;
        while (char.IsAsciiDigit((char)Next))
        {
            Position++;
        }

        return Position > start;
    }

    private bool SkipEscape()
    {
        if (!Take((byte)'\\'))
        {
            return false;
        }

        if (Take((byte)'u'))
        {
            for (int i = 0; i < 4; i++)
            {
                if (!char.IsAsciiHexDigit((char)Next))
                {
                    return false;
                }

                Position++;
            }

            return true;
        }

        if (Next is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t')
        {
            Position++;
            return true;
        }

        return false;
    }
}
