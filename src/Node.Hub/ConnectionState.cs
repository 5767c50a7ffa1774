using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>A connection as it was when its loop was asked.</summary>
/// <param name="ClientId">The client's name for it, as <c>connect</c> tells it.</param>
/// <param name="Generation">Orders connections: a later one has a higher number.</param>
/// <param name="Rooms">The rooms it is in.</param>
public sealed record ConnectionState(string ClientId, ulong Generation, IReadOnlyList<string> Rooms)
{
    public string User { get; init; } = "";

    /// <summary>Bytes that wait because the client does not read.</summary>
    public int QueuedBytes { get; init; }

    public MessageEncoding Encoding { get; init; }

    internal static ConnectionState Of(Channel channel) => new(channel.ClientId, channel.Generation, channel.RoomNames)
    {
        User = channel.User, QueuedBytes = channel.QueuedBytes, Encoding = channel.Encoding,
    };
}
