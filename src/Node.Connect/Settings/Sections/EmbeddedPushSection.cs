using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>push:</c>: the push service in the process standalone. connect-node has none.</summary>
public sealed record EmbeddedPushSection
{
    [Setting("Standalone: take pushes over gRPC. Without effect where etcd.endpoints is set.")]
    public bool Enabled { get; init; } = true;

    [Setting("Standalone: gRPC of the push service. 0: any free port.", Max = "65535")]
    public int GrpcPort { get; init; } = 50053;
}
