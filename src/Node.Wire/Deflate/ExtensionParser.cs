namespace Node.Wire;

/// <summary>
/// Walks the grammar of Sec-WebSocket-Extensions (RFC 6455, 9.1): extensions between commas, parameters between
/// semicolons, values perhaps quoted.
/// </summary>
internal ref struct ExtensionParser(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>The grammar was broken; nothing further is read.</summary>
    internal bool IsMalformed { get; private set; }

    /// <summary>The name of the next extension. False: there are no more, or the text is malformed.</summary>
    internal bool TryReadExtension(out ReadOnlySpan<byte> name)
    {
        _rest = _rest.TrimStart(" \t,"u8);
        name = default;
        if (_rest.IsEmpty || IsMalformed)
        {
            return false;
        }

        return TryReadToken(out name);
    }

    /// <summary>The next parameter of that extension. An absent value is empty, and so is nothing else.</summary>
    internal bool TryReadParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        _rest = _rest.TrimStart(" \t"u8);
        if (IsMalformed || _rest.IsEmpty || _rest[0] == ',')
        {
            return false;
        }

        if (_rest[0] != ';')
        {
            IsMalformed = true;
            return false;
        }

        _rest = _rest[1..].TrimStart(" \t"u8);
        if (!TryReadToken(out name))
        {
            return false;
        }

        ReadOnlySpan<byte> after = _rest.TrimStart(" \t"u8);
        if (after.IsEmpty || after[0] != '=')
        {
            return true;
        }

        _rest = after[1..].TrimStart(" \t"u8);
        return TryReadValue(out value);
    }

    /// <summary>A quoted value must be a token once the quotes are gone (RFC 6455, 9.1): escapes have no
    /// use.</summary>
    private bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        if (_rest.IsEmpty || _rest[0] != '"')
        {
            return TryReadToken(out value);
        }

        int close = _rest[1..].IndexOf((byte)'"');
        value = close < 0 ? default : _rest.Slice(1, close);
        IsMalformed = !HeaderGrammar.IsToken(value);
        _rest = IsMalformed ? default : _rest[(close + 2)..];
        return !IsMalformed;
    }

    private bool TryReadToken(out ReadOnlySpan<byte> token)
    {
        int length = _rest.IndexOfAny(" \t,;=\""u8);
        token = length < 0 ? _rest : _rest[..length];
        IsMalformed = !HeaderGrammar.IsToken(token);
        _rest = _rest[token.Length..];
        return !IsMalformed;
    }
}
