using Google.Protobuf;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Load.Soak;

/// <summary>The application that pushes, by gRPC. Any thread.</summary>
internal sealed class SoakPush : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel _channel;
    private readonly PushService.PushServiceClient _push;

    /// <param name="address">host:port of the push service.</param>
    public SoakPush(string address)
    {
        _channel = GrpcChannel.ForAddress($"http://{address}");
        _push = new PushService.PushServiceClient(_channel);
    }

    /// <summary>Pushes to a user, and says to how many connections.</summary>
    /// <param name="user">Who.</param>
    /// <param name="json">One JSON value; not changed any more.</param>
    /// <exception cref="Grpc.Core.RpcException">It was not taken.</exception>
    public async Task<ulong> ToUserAsync(string user, byte[] json)
    {
        var request = new PushToUserRequest
        {
            User = user,
            Payload = new Payload { Kind = Payload.Types.Kind.Json, Data = UnsafeByteOperations.UnsafeWrap(json) },
        };
        return (await _push.PushToUserAsync(request, deadline: DateTime.UtcNow + s_patience)).Connections;
    }

    public void Dispose() => _channel.Dispose();
}
