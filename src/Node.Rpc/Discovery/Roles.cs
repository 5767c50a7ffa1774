namespace Node.Rpc.Discovery;

/// <summary>The roles of the registry, as its keys spell them.</summary>
public static class Roles
{
    public const string ConnectNode = "connect-node";
    public const string PushManager = "push-manager";
    public const string ControllerManager = "controller-manager";
    public const string WebServer = "web-server";
}
