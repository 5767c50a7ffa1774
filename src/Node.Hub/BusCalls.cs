using System.Text;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>What the application does where the hub is not alone. Any thread.</summary>
internal static class BusCalls
{
    public static async Task<int> SendToUserAsync(MessageBus bus, string user, Payload payload, string messageId, string sender) =>
        (int)(await CallAsync(bus, BusTargetKind.User, user, payload, messageId, sender).ConfigureAwait(false)).KnownConnections;

    public static async Task<RoomDelivery> PublishAsync(MessageBus bus, string room, Payload payload, string sender)
    {
        BusAnswer answer = await CallAsync(bus, BusTargetKind.Room, room, payload, "publish", sender).ConfigureAwait(false);
        return new RoomDelivery(answer.Offset, "", (int)answer.KnownConnections);
    }

    public static async Task<int> BroadcastAsync(MessageBus bus, Payload payload, string messageId, string sender) =>
        (int)(await CallAsync(bus, BusTargetKind.Everybody, "", payload, messageId, sender).ConfigureAwait(false)).KnownConnections;

    /// <exception cref="TimeoutException">Nobody took it in time, or too much waits.</exception>
    private static async Task<BusAnswer> CallAsync(
        MessageBus bus, BusTargetKind kind, string name, Payload payload, string messageId, string sender)
    {
        var done = new TaskCompletionSource<BusAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Publish(kind, Utf8Comparer.Bytes(name), MessageOf(payload, messageId, sender), done.SetResult);
        BusAnswer answer = await done.Task.ConfigureAwait(false);
        return answer.Outcome switch
        {
            BusOutcome.Done => answer,
            BusOutcome.Overloaded => throw new TimeoutException("too many messages wait for the cluster"),
            _ => throw new TimeoutException("nobody took the message in time; it may or may not be delivered"),
        };
    }

    private static ClientMessage MessageOf(Payload payload, string messageId, string sender) => new()
    {
        MessageId = Encoding.UTF8.GetBytes(messageId),
        User = Encoding.UTF8.GetBytes(sender),
        DataKind = payload.Kind,
        Data = payload.Bytes.Span,
    };
}
