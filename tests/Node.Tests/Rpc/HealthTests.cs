using Grpc.Core;
using Grpc.Health.V1;
using Node.Rpc;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Node.Tests.Rpc;

public sealed class HealthTests : IAsyncLifetime
{
    private OwnProbeServer _server = null!;
    private GrpcChannel _channel = null!;
    private Health.HealthClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await OwnProbeServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token });
        _client = new Health.HealthClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_process_and_what_is_mapped_are_serving_until_somebody_says_otherwise()
    {
        Assert.Equal(ServingStatus.Serving, await CheckAsync(""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("probe.Probe"));
        _server.Server.Health.Set("", isServing: false);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("probe.Probe"));
    }

    [Fact]
    public async Task An_unknown_service_is_not_found()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => CheckAsync("nothing"));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_watcher_hears_of_every_change_and_of_the_end()
    {
        using AsyncServerStreamingCall<HealthCheckResponse> watch = _client.Watch(new HealthCheckRequest { Service = "later" });
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
        _server.Server.Health.Set("later", isServing: true);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        _server.Server.Health.Set("other", isServing: true);
        _server.Server.Health.Set("later", isServing: false);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        _server.Server.Health.Set("later", isServing: true);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        Task stop = _server.Server.StopAsync();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await stop.WaitAsync(ForeignProgram.Patience);
    }

    private async Task<ServingStatus> CheckAsync(string service) =>
        (await _client.CheckAsync(new HealthCheckRequest { Service = service })).Status;

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(ForeignProgram.Patience));
        return watch.ResponseStream.Current.Status;
    }
}
