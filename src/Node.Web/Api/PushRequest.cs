namespace Node.Web.Api;

public enum PushTarget
{
    User,
    Room,
    Everybody,
}

/// <summary>One push, checked.</summary>
/// <param name="Target">What <paramref name="Name"/> names.</param>
/// <param name="Name">A user or a room; empty for everybody.</param>
/// <param name="Data">One JSON value, UTF-8. Not changed while the call runs.</param>
public sealed record PushRequest(PushTarget Target, string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whom clients see as the sender; empty: the application.</summary>
    public string Sender { get; init; } = "";

    /// <summary>The message_id that clients see; empty: publish, direct or broadcast.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>Empty: none.</summary>
    public string IdempotencyKey { get; init; } = "";
}
