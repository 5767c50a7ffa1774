using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;

namespace Node.Push;

/// <summary>Where a push goes that has come in over gRPC: to its owner among the managers, or in standalone to the hub. Any thread.</summary>
internal interface IPushGateway
{
    /// <summary>Nodes that a broadcast's rate is shared by.</summary>
    int NodeCount { get; }

    /// <summary>An id for a push: the application's key, or one of our own.</summary>
    MessageId IdOf(PushOptions? options);

    /// <param name="target">Whom it is for.</param>
    /// <param name="id">A second push of the same one does nothing.</param>
    /// <param name="payload">What clients get.</param>
    /// <param name="isPassedOn">Another manager has sent it here.</param>
    /// <param name="cancellation">Of the caller.</param>
    /// <exception cref="RpcException">It was not done.</exception>
    Task<PushOutcome> PushAsync(TargetKey target, MessageId id, Payload payload, bool isPassedOn, CancellationToken cancellation);
}
