using Node.Controller;
using Node.Controller.Settings;
using Node.Host.Settings;
using Node.Protocol.Controller;
using Node.Rpc;
using Node.Tests.Settings;

namespace Node.Tests.Controller;

/// <summary>A controller with everything that the process has, and a client of it.</summary>
internal sealed class ControllerUnderTest : IAsyncDisposable
{
    private readonly ControllerHost _host;
    private readonly GrpcChannel _channel;

    private ControllerUnderTest(ControllerHost host)
    {
        _host = host;
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{host.Port}");
        Client = new ControllerService.ControllerServiceClient(_channel);
    }

    public ControllerService.ControllerServiceClient Client { get; }

    public Uri Metrics => _host.MetricsAddress!;

    /// <param name="folder">Gets the settings file.</param>
    /// <param name="stores">YAML of the sections redis, database, writing.</param>
    public static async Task<ControllerUnderTest> StartAsync(TestFolder folder, string stores)
    {
        string file = folder.Write("controller.yaml", $"""
            controller: {"{"} id: c1, grpc_port: 0, grace: 1s {"}"}
            metrics: {"{"} port: 0 {"}"}
            log: {"{"} level: error {"}"}
            etcd: {"{"} endpoints: [] {"}"}
            {stores}
            """);
        ControllerHost host = ControllerHost.Create(new SettingsLoader<ControllerSettings>(file, _ => null));
        await host.StartAsync();
        ControllerUnderTest controller = new(host);
        await controller.LeadsAsync();
        return controller;
    }

    public Task StopAsync() => _host.StopAsync("the test");

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _host.DisposeAsync();
    }

    private async Task LeadsAsync()
    {
        while (!(await Client.GetStatusAsync(new GetStatusRequest())).Leads)
        {
            await Task.Yield();
        }
    }
}
