using System.Diagnostics;
using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;

namespace Node.Push;

/// <summary>What an application pushes through (<c>protocol/push.proto</c>). Any thread.</summary>
/// <param name="gateway">Brings a push to its target's owner.</param>
/// <param name="kick">Ends connections of a user on every node.</param>
internal sealed class PushService(IPushGateway gateway, Func<KickRequest, CancellationToken, Task<uint>> kick) : Protocol.Push.PushService.PushServiceBase
{
    private const int MaxNameBytes = 128;
    private const int MaxTargets = 10_000;
    private const int MaxPushesAtOnce = 256;

    public override Task<PushResponse> PushToUser(PushToUserRequest request, ServerCallContext context) =>
        PushAsync([request.User], Target.Types.Kind.User, request.Payload, request.Options, context);

    public override Task<PushResponse> PushToUsers(PushToUsersRequest request, ServerCallContext context) =>
        PushAsync(request.Users, Target.Types.Kind.User, request.Payload, request.Options, context);

    public override Task<PushResponse> PushToRoom(PushToRoomRequest request, ServerCallContext context) =>
        PushAsync([request.Room], Target.Types.Kind.Room, request.Payload, request.Options, context);

    public override Task<PushResponse> PushToRooms(PushToRoomsRequest request, ServerCallContext context) =>
        PushAsync(request.Rooms, Target.Types.Kind.Room, request.Payload, request.Options, context);

    public override Task<PushResponse> Broadcast(BroadcastRequest request, ServerCallContext context) =>
        PushAsync([""], Target.Types.Kind.Everybody, Paced(request), request.Options, context);

    public override async Task PushMany(
        IAsyncStreamReader<PushManyRequest> requestStream, IServerStreamWriter<PushManyResponse> responseStream, ServerCallContext context)
    {
        using var places = new SemaphoreSlim(MaxPushesAtOnce);
        using var writing = new SemaphoreSlim(1);
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            PushManyRequest request = requestStream.Current;
            await places.WaitAsync(context.CancellationToken).ConfigureAwait(false);
            _ = AnswerAsync(request);
        }

        // All places back: everything is answered.
        for (int i = 0; i < MaxPushesAtOnce; i++)
        {
            await places.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        }

        async Task AnswerAsync(PushManyRequest request)
        {
            var answer = new PushManyResponse { Number = request.Number };
            try
            {
                answer.Response = await PushOneAsync(request, context).ConfigureAwait(false);
            }
            catch (RpcException exception)
            {
                (answer.Code, answer.Message) = ((uint)exception.StatusCode, exception.Status.Detail);
            }

            await writing.WaitAsync().ConfigureAwait(false);
            try
            {
                await responseStream.WriteAsync(answer).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RpcException or IOException or InvalidOperationException or OperationCanceledException)
            {
                // The caller is gone; the push is not.
            }
            finally
            {
                writing.Release();
                places.Release();
            }
        }
    }

    public override async Task<KickResponse> Kick(KickRequest request, ServerCallContext context)
    {
        if (!IsName(request.User))
        {
            throw Invalid("user is missing, or no name");
        }

        return new KickResponse { Connections = await kick(request, context.CancellationToken).ConfigureAwait(false) };
    }

    private Task<PushResponse> PushOneAsync(PushManyRequest request, ServerCallContext context) => request.PushCase switch
    {
        PushManyRequest.PushOneofCase.User => PushToUser(request.User, context),
        PushManyRequest.PushOneofCase.Users => PushToUsers(request.Users, context),
        PushManyRequest.PushOneofCase.Room => PushToRoom(request.Room, context),
        PushManyRequest.PushOneofCase.Rooms => PushToRooms(request.Rooms, context),
        PushManyRequest.PushOneofCase.Broadcast => Broadcast(request.Broadcast, context),
        _ => throw Invalid("a push needs a target"),
    };

    private async Task<PushResponse> PushAsync(
        IReadOnlyList<string> names, Target.Types.Kind kind, Payload? payload, PushOptions? options, ServerCallContext context)
    {
        Check(names, kind, payload, options);
        if (payload!.Traceparent.Length == 0 && Activity.Current is { Recorded: true } call)
        {
            payload.Traceparent = call.Id;
        }

        MessageId? passedOn = PushGateway.PassedOnId(context.RequestHeaders, options);
        MessageId id = passedOn ?? gateway.IdOf(options);
        PushOutcome[] outcomes = await Task.WhenAll(names.Select(name => gateway.PushAsync(
            new TargetKey(kind, Google.Protobuf.ByteString.CopyFromUtf8(name)), id, payload, passedOn is not null,
            context.CancellationToken))).ConfigureAwait(false);
        return Combine(names, outcomes);
    }

    /// <summary>Each node has its share of the rate.</summary>
    private Payload? Paced(BroadcastRequest request)
    {
        if (request.Rate == 0 || request.Payload is null)
        {
            return request.Payload;
        }

        Payload paced = request.Payload.Clone();
        paced.Rate = Math.Max(1, request.Rate / (uint)Math.Max(1, gateway.NodeCount));
        return paced;
    }

    private static PushResponse Combine(IReadOnlyList<string> names, PushOutcome[] outcomes)
    {
        var response = new PushResponse
        {
            // Of several targets, the most that one of them reached: which nodes two have in common is not known here.
            Nodes = outcomes.Max(outcome => outcome.Nodes),
            Repeated = outcomes.All(outcome => outcome.IsRepeated),
        };
        for (int i = 0; i < outcomes.Length; i++)
        {
            response.Connections += outcomes[i].Connections;
            if (outcomes[i].IsUnknown)
            {
                response.Unknown.Add(names[i]);
            }
        }

        response.FailedNodes.AddRange(outcomes.SelectMany(outcome => outcome.FailedNodes).Distinct());
        if (outcomes.Length == 1)
        {
            (response.Offset, response.Epoch) = (outcomes[0].Offset, outcomes[0].Epoch.ToStringUtf8());
        }

        return response;
    }

    private static void Check(IReadOnlyList<string> names, Target.Types.Kind kind, Payload? payload, PushOptions? options)
    {
        if (payload is null)
        {
            throw Invalid("payload is missing");
        }

        if (options?.IdempotencyKey.Length > 128)
        {
            throw Invalid("idempotency_key is longer than 128 characters");
        }

        if (names.Count is 0 or > MaxTargets)
        {
            throw Invalid($"between 1 and {MaxTargets} targets");
        }

        if (kind != Target.Types.Kind.Everybody && names.Any(name => !IsName(name)))
        {
            throw Invalid($"a name is empty, longer than {MaxNameBytes} bytes, or has control characters");
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(name) <= MaxNameBytes && !name.Any(char.IsControl);

    private static RpcException Invalid(string what) => new(new Status(StatusCode.InvalidArgument, what));
}
