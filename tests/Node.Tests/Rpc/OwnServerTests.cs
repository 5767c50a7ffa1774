using Node.Rpc;

namespace Node.Tests.Rpc;

public sealed class OwnServerTests : ProbeBehaviour
{
    protected override async Task<IProbeServer> StartServerAsync() => await OwnProbeServer.StartAsync();
}

public sealed class OwnCompressingServerTests : ProbeBehaviour
{
    protected override bool Compress => true;

    protected override async Task<IProbeServer> StartServerAsync() =>
        await OwnProbeServer.StartAsync(new RpcServerOptions { Token = OwnProbeServer.Token, Compress = true });
}
