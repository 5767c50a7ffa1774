using System.Buffers;
using System.Text;

namespace Node.Wire;

/// <summary>The pieces of HTTP's grammar that requests and responses share (RFC 9110, 5.6).</summary>
internal static class HeaderGrammar
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // Names, addresses in brackets, a port, percent-encoding: RFC 3986, 3.2.2 and 3.2.3, without the user's part.
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        "!$%&'()*+-.:;=[]_~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b != '\t').Select(b => (byte)b), 0x7F]);

    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>
    /// Could be a host with or without a port, or empty, as it is where the target has no authority (RFC 9112, 3.2). A comma
    /// is left out although a name may hold it: it is what a careless proxy makes of two headers.
    /// </summary>
    internal static bool IsHost(ReadOnlySpan<byte> value) => !value.ContainsAnyExcept(HostBytes);

    /// <summary>Without the optional space around it. The framework's trim by a set of bytes takes several times as
    /// long, and each header line is trimmed.</summary>
    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Null when the line is a name, a colon at once, and a value without control characters.</summary>
    internal static HttpRefusal? CheckLine(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return HttpRefusal.FoldedHeader;
        }

        int colon = line.IndexOf((byte)':');
        return colon > 0 && IsToken(line[..colon]) && !line[(colon + 1)..].ContainsAny(Controls)
            ? null
            : HttpRefusal.BadHeader;
    }

    /// <summary>A comma-separated list holds this token, in any case of letters.</summary>
    internal static bool ListHas(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        while (TryTakeItem(ref list, out ReadOnlySpan<byte> item))
        {
            if (Ascii.EqualsIgnoreCase(item, token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next item of a comma-separated list without quoted strings; empty items are skipped.</summary>
    internal static bool TryTakeItem(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> item)
    {
        while (!list.IsEmpty)
        {
            int comma = list.IndexOf((byte)',');
            item = Trim(comma < 0 ? list : list[..comma]);
            list = comma < 0 ? default : list[(comma + 1)..];
            if (!item.IsEmpty)
            {
                return true;
            }
        }

        item = default;
        return false;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t';
}
