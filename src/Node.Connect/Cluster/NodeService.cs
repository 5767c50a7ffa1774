using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;

namespace Node.Connect.Cluster;

/// <summary>What a node offers to push-managers and controllers (<c>protocol/node.proto</c>). Any thread.</summary>
internal sealed class NodeService(Hub.Hub hub, ManagerBus bus) : Protocol.Connect.NodeService.NodeServiceBase
{
    public override Task Attach(
        IAsyncStreamReader<FromManager> requestStream, IServerStreamWriter<FromNode> responseStream, ServerCallContext context) =>
        new ManagerStream(bus).RunAsync(requestStream, responseStream, context.CancellationToken);

    public override async Task<KickResponse> Kick(KickRequest request, ServerCallContext context)
    {
        int connections = await hub.KickAsync(request.User, request.Reason.Length > 0 ? request.Reason : "kicked").ConfigureAwait(false);
        return new KickResponse { Connections = (uint)connections };
    }
}
