using System.Text;
using System.Text.Unicode;

namespace Node.Wire;

public enum QueryLookup : byte
{
    Absent,

    Found,

    /// <summary>A percent sign without two hex digits, bytes that are not UTF-8, or more than fits.</summary>
    Malformed,
}

/// <summary>What follows the question mark, as forms and <c>URLSearchParams</c> write it.</summary>
public readonly ref struct QueryString
{
    private const int MaxValueBytes = 8 * 1024;

    internal QueryString(ReadOnlySpan<byte> raw) => Raw = raw;

    /// <summary>As it stands in the request, without the question mark.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>
    /// Looks up the first parameter of that name (itself not decoded) and decodes its value into
    /// <paramref name="destination"/>: percent escapes, and plus for a space. The bytes are checked UTF-8.
    /// </summary>
    public QueryLookup TryGet(ReadOnlySpan<byte> name, Span<byte> destination, out int written)
    {
        written = 0;
        if (!TryFind(name, out ReadOnlySpan<byte> encoded))
        {
            return QueryLookup.Absent;
        }

        return Decode(encoded, destination, out written) && Utf8.IsValid(destination[..written])
            ? QueryLookup.Found
            : QueryLookup.Malformed;
    }

    /// <summary>As above, as a new string; null unless found.</summary>
    public QueryLookup TryGet(ReadOnlySpan<byte> name, out string? value)
    {
        Span<byte> decoded = stackalloc byte[Math.Min(Raw.Length, MaxValueBytes)];
        QueryLookup lookup = TryGet(name, decoded, out int written);
        value = lookup == QueryLookup.Found ? Encoding.UTF8.GetString(decoded[..written]) : null;
        return lookup;
    }

    private bool TryFind(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> rest = Raw;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];

            int equals = pair.IndexOf((byte)'=');
            ReadOnlySpan<byte> key = equals < 0 ? pair : pair[..equals];
            if (key.SequenceEqual(name))
            {
                value = equals < 0 ? default : pair[(equals + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool Decode(ReadOnlySpan<byte> encoded, Span<byte> destination, out int written)
    {
        written = 0;
        for (int at = 0; at < encoded.Length; at++)
        {
            if (written == destination.Length)
            {
                return false;
            }

            byte value = encoded[at] == '+' ? (byte)' ' : encoded[at];
            if (value == '%')
            {
                if (at + 2 >= encoded.Length
                    || !char.IsAsciiHexDigit((char)encoded[at + 1]) || !char.IsAsciiHexDigit((char)encoded[at + 2]))
                {
                    return false;
                }

                value = (byte)((HexValue(encoded[at + 1]) << 4) | HexValue(encoded[at + 2]));
                at += 2;
            }

            destination[written++] = value;
        }

        return true;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
