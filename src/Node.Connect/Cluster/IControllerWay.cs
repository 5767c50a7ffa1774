using Grpc.Core;
using Node.Protocol.Controller;

namespace Node.Connect.Cluster;

/// <summary>The way to the controller that leads: over the network, or within the process. Any thread.</summary>
internal interface IControllerWay
{
    /// <summary>Null: nobody is known to lead.</summary>
    ControllerService.ControllerServiceClient? Leader();

    /// <summary>Hears how a call ended that failed.</summary>
    void Failed(RpcException error);
}
