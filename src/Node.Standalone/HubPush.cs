using Node.Hub;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>A push, from wherever it came.</summary>
/// <param name="Target">What <paramref name="Name"/> names.</param>
/// <param name="Name">A user or a room; empty for everybody.</param>
/// <param name="Payload">Its memory must not change while the push runs.</param>
public readonly record struct HubPush(PushTarget Target, string Name, Payload Payload)
{
    /// <summary>Whom clients see as the sender; empty: the application.</summary>
    public string Sender { get; init; } = "";

    /// <summary>The message_id that clients see; empty: direct or broadcast. To a room it is publish, always.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>Empty: none.</summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>To everybody: deliveries a second; 0: as fast as they go.</summary>
    public int Rate { get; init; }
}
