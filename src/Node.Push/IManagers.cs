using Node.Rpc;

namespace Node.Push;

/// <summary>The other push-managers, by their ids in the registry. Any thread.</summary>
internal interface IManagers
{
    /// <summary>A channel to one; null when it is not registered, or is this one.</summary>
    GrpcChannel? ChannelTo(string manager);
}
