using System.Diagnostics.CodeAnalysis;
using System.Text;
using Node.Wire.Messages;

namespace Node.Hub.Auth;

/// <summary>
/// A list of room names, where <c>*</c> at the end of one matches any rest (none, too). One array for all of them,
/// each behind a byte with its length: an array of arrays would cost a million users 24 bytes a name more.
/// </summary>
public sealed class RoomPatterns
{
    /// <summary>Names in one claim at most: matching walks over all of them.</summary>
    public const int MaxNames = 64;

    private readonly byte[] _packed;

    private RoomPatterns(byte[] packed) => _packed = packed;

    /// <summary>
    /// False where the names are too many, or one is no room's name: too long, or with control characters. Not a
    /// null result, which <see cref="RoomRights.Of"/> would take for an absent claim, and that opens every room.
    /// </summary>
    public static bool TryCreate(IReadOnlyCollection<string> names, [NotNullWhen(true)] out RoomPatterns? patterns)
    {
        patterns = null;
        if (names.Count > MaxNames)
        {
            return false;
        }

        byte[] packed = new byte[names.Sum(name => 1 + Encoding.UTF8.GetByteCount(name))];
        Span<byte> rest = packed;
        foreach (string name in names)
        {
            int length = Encoding.UTF8.GetBytes(name, rest[1..]);
            ReadOnlySpan<byte> literal = rest.Slice(1, name.EndsWith('*') ? length - 1 : length);
            if (!Names.IsValid(literal, Names.MaxRoom))
            {
                return false;
            }

            rest[0] = (byte)length;
            rest = rest[(1 + length)..];
        }

        patterns = new RoomPatterns(packed);
        return true;
    }

    /// <param name="room">UTF-8.</param>
    public bool Match(ReadOnlySpan<byte> room)
    {
        ReadOnlySpan<byte> rest = _packed;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> pattern = rest.Slice(1, rest[0]);
            bool matches = pattern.EndsWith("*"u8) ? room.StartsWith(pattern[..^1]) : room.SequenceEqual(pattern);
            if (matches)
            {
                return true;
            }

            rest = rest[(1 + pattern.Length)..];
        }

        return false;
    }
}
