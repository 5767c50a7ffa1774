using System.Buffers;
using System.Text.Unicode;

namespace Node.Wire.Messages;

/// <summary>The limits of names (routes, rooms, users, epochs), and the check that every way in shares.</summary>
public static class Names
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxMessageId = 64;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxRoom = 128;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxUser = 128;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxEpoch = 64;

    // 0xC2 leads U+0080..U+00BF, whose lower half are the C1 controls: the only bytes that need a second look.
    private static readonly SearchValues<byte> s_suspects = SearchValues.Create(
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
        0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
        0x7F, 0xC2,
    ]);

    /// <summary>
    /// Whether the bytes may be a name: UTF-8, at most <paramref name="maxBytes"/>, no control characters
    /// (Unicode category Cc). An empty name passes: it means that the field is absent.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> name, int maxBytes) =>
        name.Length <= maxBytes && Utf8.IsValid(name) && !HasControl(name);

    /// <summary>Whether valid UTF-8 holds a control character: C0, DEL or C1.</summary>
    internal static bool HasControl(ReadOnlySpan<byte> name)
    {
        int at = name.IndexOfAny(s_suspects);
        while (at >= 0)
        {
            if (name[at] != 0xC2 || (at + 1 < name.Length && name[at + 1] < 0xA0))
            {
                return true;
            }

            name = name[(at + 1)..];
            at = name.IndexOfAny(s_suspects);
        }

        return false;
    }
}
