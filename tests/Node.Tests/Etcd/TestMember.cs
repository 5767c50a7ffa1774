using Node.Rpc.Discovery;

namespace Node.Tests.Etcd;

internal static class TestMember
{
    /// <summary>Quicker than usual.</summary>
    public static RegistryOptions Options { get; } = new() { TimeToLive = TimeSpan.FromSeconds(2) };

    public static Member Of(string id, string role = Roles.PushManager, long incarnation = 1, long connections = 0) => new()
    {
        Id = id, Role = role, Incarnation = incarnation, Grpc = "127.0.0.1:50053", State = MemberState.Ready, Connections = connections,
        Version = "0.1.0",
    };
}
