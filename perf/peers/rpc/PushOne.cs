using Grpc.Core;
using Node.Protocol.Push;

namespace Peer.Rpc;

/// <summary>A service that does nothing: what a call costs beside its work.</summary>
internal sealed class PushOne : PushService.PushServiceBase
{
    public static PushResponse Answer { get; } = new() { Nodes = 1, Connections = 1 };

    public override Task<PushResponse> PushToUser(PushToUserRequest request, ServerCallContext context) => Task.FromResult(Answer);
}
