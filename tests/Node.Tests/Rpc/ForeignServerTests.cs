namespace Node.Tests.Rpc;

/// <summary>Our client against the server of grpc-js, which compresses.</summary>
public sealed class GrpcJsServerTests : ProbeBehaviour
{
    protected override bool Compress => true;

    protected override async Task<IProbeServer> StartServerAsync()
    {
        ForeignProgram.GrpcJs.SkipIfMissing();
        return await ForeignProbeServer.StartAsync(ForeignProgram.GrpcJs);
    }
}

/// <summary>Our client against the server of grpcio, which compresses.</summary>
public sealed class GrpcioServerTests : ProbeBehaviour
{
    protected override bool Compress => true;

    protected override async Task<IProbeServer> StartServerAsync()
    {
        ForeignProgram.Grpcio.SkipIfMissing();
        return await ForeignProbeServer.StartAsync(ForeignProgram.Grpcio);
    }
}
