using System.Buffers;
using System.Globalization;
using System.Text;

namespace Node.Wire.Messages;

/// <summary>JSON string escapes (RFC 8259 section 7), on bytes.</summary>
internal static class JsonString
{
    /// <summary>A control character becomes \u00XX: six bytes for one, the worst that escaping does.</summary>
    public const int MaxExpansion = 6;

    /// <summary>What cannot stand for itself inside a string: a quote, a backslash, a C0 control.</summary>
    public static readonly SearchValues<byte> Specials = SearchValues.Create(
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
        0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
        (byte)'"', (byte)'\\',
    ]);

    /// <summary>
    /// Writes the string with its quotes, escaping only what must be: quote, backslash and C0 controls.
    /// Everything else goes out as it is. Returns the bytes written.
    /// </summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int at = 0;
        destination[at++] = (byte)'"';
        while (true)
        {
            int run = text.IndexOfAny(Specials);
            int plain = run < 0 ? text.Length : run;
            text[..plain].CopyTo(destination[at..]);
            at += plain;
            if (run < 0)
            {
                destination[at++] = (byte)'"';
                return at;
            }

            at += WriteEscape(text[run], destination[at..]);
            text = text[(run + 1)..];
        }
    }

    /// <summary>
    /// Unescapes the inside of a string that <see cref="JsonScanner"/> has accepted, where it stands: the result
    /// is never longer than its source. Returns its length, or -1 when a surrogate stands alone, which UTF-8
    /// cannot say; in that case the text is left half done.
    /// </summary>
    public static int UnescapeInPlace(Span<byte> text)
    {
        int read = text.IndexOf((byte)'\\');
        int write = read;
        if (read < 0)
        {
            return text.Length;
        }

        while (read < text.Length)
        {
            if (text[read] != '\\')
            {
                text[write++] = text[read++];
                continue;
            }

            byte kind = text[read + 1];
            if (kind != 'u')
            {
                text[write++] = Simple(kind);
                read += 2;
                continue;
            }

            if (!TryReadRune(text[read..], out Rune rune, out int consumed))
            {
                return -1;
            }

            read += consumed;
            write += rune.EncodeToUtf8(text[write..]);
        }

        return write;
    }

    private static bool TryReadRune(ReadOnlySpan<byte> text, out Rune rune, out int consumed)
    {
        char first = Hex(text);
        consumed = 6;
        if (Rune.TryCreate(first, out rune))
        {
            return true;
        }

        consumed = 12;
        return text.Length >= 12 && text[6] == '\\' && text[7] == 'u' && Rune.TryCreate(first, Hex(text[6..]), out rune);
    }

    private static char Hex(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static byte Simple(byte kind) => kind switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => kind,
    };

    private static int WriteEscape(byte value, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        byte kind = value switch
        {
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'"' or (byte)'\\' => value,
            _ => (byte)'u',
        };
        destination[1] = kind;
        if (kind != 'u')
        {
            return 2;
        }

        "00"u8.CopyTo(destination[2..]);
        destination[4] = (byte)('0' + (value >> 4));
        destination[5] = "0123456789abcdef"u8[value & 0xF];
        return 6;
    }
}
