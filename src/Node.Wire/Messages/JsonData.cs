using System.Buffers.Text;

namespace Node.Wire.Messages;

/// <summary>
/// Looks up one member of <see cref="ClientMessage.Data"/>, such as the token of <c>connect</c> or the limit of
/// <c>history</c>, without building anything. For data of either encoding: bytes that are no JSON object have no members.
/// A name that stands twice is found where it stands first; names with escapes are not found.
/// </summary>
public static class JsonData
{
    /// <summary>
    /// Copies a string, unescaped, to <paramref name="destination"/>. False where it is absent, no string, or
    /// longer, as it is written, than the destination.
    /// </summary>
    public static bool TryGetString(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, Span<byte> destination, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryFind(data, name, out ReadOnlySpan<byte> text) || text[0] != '"' || text.Length - 2 > destination.Length)
        {
            return false;
        }

        Span<byte> copy = destination[..(text.Length - 2)];
        text[1..^1].CopyTo(copy);
        int length = JsonString.UnescapeInPlace(copy);
        value = length < 0 ? default : copy[..length];
        return length >= 0;
    }

    /// <summary>Reads an unsigned integer. False where it is absent or anything else.</summary>
    public static bool TryGetNumber(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out ulong value)
    {
        if (TryFind(data, name, out ReadOnlySpan<byte> text)
            && Utf8Parser.TryParse(text, out value, out int consumed)
            && consumed == text.Length)
        {
            return true;
        }

        value = 0;
        return false;
    }

    private static bool TryFind(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!JsonScanner.TryFindValue(data, out ReadOnlySpan<byte> text) || text[0] != '{')
        {
            return false;
        }

        // The text is known to be well-formed from here on, so what is skipped cannot fail.
        var scanner = new JsonScanner(text);
        scanner.Take((byte)'{');
        scanner.SkipSpace();
        while (scanner.Next == '"')
        {
            int start = scanner.Position + 1;
            scanner.SkipString(out _);
            bool found = text[start..(scanner.Position - 1)].SequenceEqual(name);
            scanner.SkipSpace();
            scanner.Take((byte)':');
            scanner.SkipSpace();
            start = scanner.Position;
            scanner.SkipValue(JsonScanner.MaxDepth);
            if (found)
            {
                value = text[start..scanner.Position];
                return true;
            }

            scanner.SkipSpace();
            scanner.Take((byte)',');
            scanner.SkipSpace();
        }

        return false;
    }
}
