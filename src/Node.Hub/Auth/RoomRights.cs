using System.Text;
using Node.Wire.Messages;

namespace Node.Hub.Auth;

/// <summary>Which rooms a user may join and publish to. Immutable; asking allocates nothing. Any thread.</summary>
public sealed class RoomRights
{
    /// <summary>Every room: what a token without claims, or no token, gives. Shared by all such users.</summary>
    public static readonly RoomRights All = new(null, null);

    private readonly RoomPatterns? _join;
    private readonly RoomPatterns? _publish;

    private RoomRights(RoomPatterns? join, RoomPatterns? publish)
    {
        _join = join;
        _publish = publish;
    }

    /// <summary>Rights from the two claims; null is an absent claim, which allows every room.</summary>
    public static RoomRights Of(RoomPatterns? join, RoomPatterns? publish) =>
        join is null && publish is null ? All : new RoomRights(join, publish);

    /// <param name="room">UTF-8.</param>
    public bool MayJoin(ReadOnlySpan<byte> room) => _join is null || _join.Match(room);

    public bool MayJoin(ReadOnlySpan<char> room) => May(_join, room);

    /// <param name="room">UTF-8.</param>
    public bool MayPublish(ReadOnlySpan<byte> room) => _publish is null || _publish.Match(room);

    public bool MayPublish(ReadOnlySpan<char> room) => May(_publish, room);

    // What does not fit cannot be the name of a room, so no pattern has to answer for it.
    private static bool May(RoomPatterns? patterns, ReadOnlySpan<char> room)
    {
        Span<byte> utf8 = stackalloc byte[Names.MaxRoom];
        return patterns is null || (Encoding.UTF8.TryGetBytes(room, utf8, out int length) && patterns.Match(utf8[..length]));
    }
}
