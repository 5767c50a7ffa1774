using Node.Rpc;

namespace Node.Tests.Rpc;

public sealed class OwnProbeServer : IProbeServer
{
    public const string Token = "probe-token";

    private readonly ProbeService _service = new();

    private OwnProbeServer(RpcServer server)
    {
        Server = server.MapGrpcService(_service);
    }

    public RpcServer Server { get; }

    public Uri Address => new($"http://127.0.0.1:{Server.Port}");

    public static async Task<OwnProbeServer> StartAsync(RpcServerOptions? options = null)
    {
        var server = new OwnProbeServer(new RpcServer(options ?? new RpcServerOptions { Token = Token }));
        await server.Server.StartAsync();
        return server;
    }

    public Task CancelledAsync() => _service.CancelledAsync();

    public async Task KillAsync() => await Server.DisposeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
