using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>controller:</c>: the controller in the process standalone. connect-node has none.</summary>
public sealed record EmbeddedControllerSection
{
    [Setting("Standalone: run a controller (who is where, rooms' metadata, JoinRoom and LeaveRoom) for this node. Without effect where etcd.endpoints is set.")]
    public bool Enabled { get; init; } = true;

    [Setting("Standalone: gRPC of the controller. 0: any free port.", Max = "65535")]
    public int GrpcPort { get; init; } = 50051;

    [Setting("Standalone: where the controller remembers rooms over a restart: sqlite (a file), or none.")]
    public StoreKind Store { get; init; } = StoreKind.Sqlite;

    [Setting("Standalone: that file; created where it is missing, with its folder.", Env = "DB_FILE")]
    public string DbFile { get; init; } = "data/controller.db";
}
