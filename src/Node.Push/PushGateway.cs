using System.Globalization;
using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;

namespace Node.Push;

/// <summary>Brings an application's push to the manager that owns its target, this one or another. Any thread.</summary>
/// <param name="router">This manager's.</param>
/// <param name="managers">The others.</param>
internal sealed class PushGateway(RouterThread router, IManagers managers) : IPushGateway
{
    /// <summary>Marks a push that another manager has passed on, so that two of different views do not pass it to and fro.</summary>
    public const string PassedOn = "push-passed-on";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ulong _origin = (ulong)Random.Shared.NextInt64();
    private ulong _numbers;

    /// <summary>Nodes that this manager is attached to.</summary>
    public int NodeCount => router.Router.NodeCount;

    /// <summary>An id for a push: the application's key, or one of our own, which lets it be sent again until it is answered.</summary>
    public MessageId IdOf(PushOptions? options) => options is { IdempotencyKey.Length: > 0 }
        ? new MessageId { Key = options.IdempotencyKey }
        : new MessageId { Origin = _origin, Number = Interlocked.Increment(ref _numbers) };

    /// <summary>The id that another manager gave a push that it passes on; null when it comes from an application.</summary>
    public static MessageId? PassedOnId(Metadata headers, PushOptions? options)
    {
        if (headers.GetValue(PassedOn) is not { } value)
        {
            return null;
        }

        string[] parts = value.Split('-');
        bool isRead = parts.Length == 2
            & ulong.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong origin)
            & ulong.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
        return isRead
            ? new MessageId { Origin = origin, Number = number, Key = options?.IdempotencyKey ?? "" }
            : throw new RpcException(new Status(StatusCode.InvalidArgument, $"{PassedOn} must be an origin and a number"));
    }

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED, or UNAVAILABLE when no owner has answered in time.</exception>
    public async Task<PushOutcome> PushAsync(TargetKey target, MessageId id, Payload payload, bool isPassedOn, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            PushOutcome outcome = await TryPushAsync(target, id, payload, isPassedOn, patience.Token).ConfigureAwait(false);
            if (outcome.Code != StatusCode.Unavailable)
            {
                return outcome.Code == StatusCode.OK ? outcome : throw new RpcException(new Status(outcome.Code, outcome.Message));
            }

            await Task.Delay(Pause, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (patience.IsCancellationRequested)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "no manager that owns the target has answered in time"));
            }
        }
    }

    private async Task<PushOutcome> TryPushAsync(
        TargetKey target, MessageId id, Payload payload, bool isPassedOn, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<PushOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        string? owner = null;
        router.Post(() =>
        {
            owner = router.Router.OwnerOf(target);
            router.Router.Push(target, id, payload, done.SetResult);
        });
        PushOutcome outcome;
        try
        {
            outcome = await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return PushOutcome.Moved;
        }

        if (outcome.Code != StatusCode.Unavailable || isPassedOn || owner is null || managers.ChannelTo(owner) is not { } channel)
        {
            return outcome;
        }

        return await PassOnAsync(channel, target, id, payload, cancellation).ConfigureAwait(false);
    }

    private static async Task<PushOutcome> PassOnAsync(
        Rpc.GrpcChannel channel, TargetKey target, MessageId id, Payload payload, CancellationToken cancellation)
    {
        try
        {
            var client = new Protocol.Push.PushService.PushServiceClient(channel);
            var options = new CallOptions(new Metadata { { PassedOn, $"{id.Origin:x}-{id.Number}" } }, null, cancellation);
            var key = new PushOptions { IdempotencyKey = id.Key };
            string name = target.Name.ToStringUtf8();
            PushResponse response = target.Kind switch
            {
                Target.Types.Kind.Room => await client.PushToRoomAsync(
                    new PushToRoomRequest { Room = name, Payload = payload, Options = key }, options).ConfigureAwait(false),
                Target.Types.Kind.User => await client.PushToUserAsync(
                    new PushToUserRequest { User = name, Payload = payload, Options = key }, options).ConfigureAwait(false),
                _ => await client.BroadcastAsync(
                    new BroadcastRequest { Payload = payload, Options = key }, options).ConfigureAwait(false),
            };
            return new PushOutcome
            {
                Nodes = response.Nodes, Connections = response.Connections, FailedNodes = response.FailedNodes,
                IsUnknown = response.Unknown.Count > 0, IsRepeated = response.Repeated, Offset = response.Offset,
                Epoch = Google.Protobuf.ByteString.CopyFromUtf8(response.Epoch),
            };
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
        {
            return PushOutcome.Moved;
        }
    }
}
