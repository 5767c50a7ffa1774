using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;
using Node.Web.Api;

namespace Node.Standalone;

/// <summary>The push service's way to the hub of this process, which owns every target. Any thread.</summary>
internal sealed class HubGateway(HubPushes pushes) : IPushGateway
{
    public int NodeCount => 1;

    // Nothing is ever sent again here: only an application's own key says that a push is the same.
    public MessageId IdOf(PushOptions? options) => new() { Key = options?.IdempotencyKey ?? "" };

    public async Task<PushOutcome> PushAsync(
        TargetKey target, MessageId id, Payload payload, bool isPassedOn, CancellationToken cancellation)
    {
        if (target.Kind == Target.Types.Kind.Room && payload.MessageId is not ("" or "publish"))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "message_id: what goes to a room is publish"));
        }

        try
        {
            return OutcomeOf(await pushes.PushAsync(new HubPush(KindOf(target.Kind), target.Name.ToStringUtf8(), DataOf(payload))
            {
                Sender = payload.User,
                MessageId = payload.MessageId,
                IdempotencyKey = id.Key,
                Rate = (int)Math.Min(payload.Rate, int.MaxValue),
            }));
        }
        catch (JsonException error)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"payload.data is not one JSON value: {error.Message}"));
        }
        catch (TimeoutException error)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, error.Message));
        }
    }

    private static PushTarget KindOf(Target.Types.Kind kind) => kind switch
    {
        Target.Types.Kind.Room => PushTarget.Room,
        Target.Types.Kind.User => PushTarget.User,
        _ => PushTarget.Everybody,
    };

    private static Hub.Payload DataOf(Payload payload) => payload.Data.IsEmpty ? default
        : payload.Kind == Payload.Types.Kind.Json ? Hub.Payload.RawJson(payload.Data.Memory) : Hub.Payload.Binary(payload.Data.Memory);

    private static PushOutcome OutcomeOf(PushResult result) => new()
    {
        Nodes = result.Nodes,
        Connections = result.Connections,
        IsUnknown = result.Unknown.Count > 0,
        IsRepeated = result.Repeated,
        Offset = result.Offset ?? 0,
        Epoch = ByteString.CopyFromUtf8(result.Epoch ?? ""),
    };
}
