namespace Grpc.Core;

/// <summary>A way to one server, shared by its clients.</summary>
public abstract class ChannelBase(string target)
{
    public string Target { get; } = target;

    public abstract CallInvoker CreateCallInvoker();
}
