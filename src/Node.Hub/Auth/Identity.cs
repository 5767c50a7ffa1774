namespace Node.Hub.Auth;

/// <summary>
/// Who a connection is. Immutable, and kept small, since there is one per connection: two references and a number;
/// users without claims of their own share <see cref="RoomRights.All"/>.
/// </summary>
public sealed class Identity
{
    private const long Never = 0;

    // Seconds since 1970: a nullable DateTimeOffset would take three times the room.
    private readonly long _expires;

    public Identity(string user, DateTimeOffset? expires = null, RoomRights? rights = null)
    {
        User = user;
        _expires = expires?.ToUnixTimeSeconds() ?? Never;
        Rights = rights ?? RoomRights.All;
    }

    /// <summary>The name: at most 128 bytes of UTF-8, no control characters.</summary>
    public string User { get; }

    /// <summary>
    /// When the connection must end (3006), to the second: the token's <c>exp</c> plus the clock skew, so that
    /// a token accepted within the skew is not cut off at once. Null: never.
    /// </summary>
    public DateTimeOffset? Expires => _expires == Never ? null : DateTimeOffset.FromUnixTimeSeconds(_expires);

    public RoomRights Rights { get; }
}
