using Node.Hub;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>
/// What applications push into the hub, over HTTP and gRPC alike. A key holds for one target, whichever way it came, as in a cluster. Any thread.
/// </summary>
/// <param name="hub">Runs already.</param>
/// <param name="time">The clock of idempotency keys.</param>
public sealed class HubPushes(Hub.Hub hub, TimeProvider time)
{
    private readonly RepeatedPushes _repeated = new(time);

    public Task<PushResult> PushAsync(HubPush push) => push.IdempotencyKey.Length == 0
        ? SendAsync(push)
        : _repeated.OnceAsync($"{(int)push.Target} {push.Name}\n{push.IdempotencyKey}", () => SendAsync(push));

    private async Task<PushResult> SendAsync(HubPush push)
    {
        switch (push.Target)
        {
            case PushTarget.User:
                return ResultOf(push, await hub.SendToUserAsync(push.Name, push.Payload, NameOf(push, "direct"), push.Sender));
            case PushTarget.Room:
                RoomDelivery delivery = await hub.PublishAsync(push.Name, push.Payload, push.Sender);
                return ResultOf(push, delivery.Connections) with
                {
                    Offset = delivery.Offset > 0 ? delivery.Offset : null,
                    Epoch = delivery.Offset > 0 ? delivery.Epoch : null,
                };
            default:
                return ResultOf(push, push.Rate > 0
                    ? await hub.BroadcastAsync(push.Payload, push.Rate, NameOf(push, "broadcast"), push.Sender)
                    : await hub.BroadcastAsync(push.Payload, NameOf(push, "broadcast"), push.Sender));
        }
    }

    private static string NameOf(HubPush push, string usual) => push.MessageId.Length > 0 ? push.MessageId : usual;

    private static PushResult ResultOf(HubPush push, int connections) => new()
    {
        Nodes = connections > 0 ? 1u : 0,
        Connections = (ulong)connections,
        Unknown = connections > 0 || push.Target == PushTarget.Everybody ? [] : [push.Name],
    };
}
