using System.Text;

namespace Node.Wire;

/// <summary>Header lines of a head that was checked, one after another: foreach over name and value.</summary>
public ref struct HeaderLines
{
    private ReadOnlySpan<byte> _rest;

    internal HeaderLines(ReadOnlySpan<byte> lines) => _rest = lines;

    public HeaderLine Current { get; private set; }

    public readonly HeaderLines GetEnumerator() => this;

    public bool MoveNext()
    {
        int end = _rest.IndexOf("\r\n"u8);
        if (end <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> line = _rest[..end];
        _rest = _rest[(end + 2)..];
        int colon = line.IndexOf((byte)':');
        Current = new HeaderLine(line[..colon], HeaderGrammar.Trim(line[(colon + 1)..]));
        return true;
    }
}

/// <summary>One header line, without the space around its value.</summary>
public readonly ref struct HeaderLine
{
    internal HeaderLine(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Names compare without regard to case (RFC 9110, 5.1).</summary>
    public bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);
}
