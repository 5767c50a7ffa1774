using System.Text.Json;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Node.Rpc;

namespace Node.Tests.Rpc;

public sealed class ReflectionTests : IAsyncLifetime
{
    private OwnProbeServer _server = null!;
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await OwnProbeServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token });
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_service_is_listed()
    {
        ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { Host = "here", ListServices = "*" });
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "probe.Probe"],
            answer.ListServicesResponse.Service.Select(service => service.Name).Order());
        Assert.Equal("here", answer.ValidHost);
        Assert.Equal("*", answer.OriginalRequest.ListServices);
    }

    [Theory]
    [InlineData("probe.Probe")]
    [InlineData("probe.Probe.Echo")]
    [InlineData("probe.Ask")]
    [InlineData("probe.Ask.number")]
    public async Task A_symbol_leads_to_its_file(string symbol) =>
        Assert.Equal("Rpc/probe.proto", Assert.Single(await FilesAsync(new ServerReflectionRequest { FileContainingSymbol = symbol })).Name);

    [Fact]
    public async Task An_enum_and_its_values_are_symbols()
    {
        const string Enum = "grpc.health.v1.HealthCheckResponse.ServingStatus";
        FileDescriptorProto file = Assert.Single(await FilesAsync(new ServerReflectionRequest { FileContainingSymbol = Enum }));
        Assert.Equal("grpc/health.proto", file.Name);
        Assert.Equal(file, Assert.Single(await FilesAsync(new ServerReflectionRequest { FileByFilename = file.Name })));
    }

    [Fact]
    public async Task A_file_brings_what_it_imports()
    {
        await using var server = new RpcServer(new RpcServerOptions());
        await server.MapGrpcService(new Nodes()).StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}");
        ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { FileByFilename = "node.proto" }, channel);
        Assert.Equal(["node.proto", "push.proto"], answer.FileDescriptorResponse.FileDescriptorProto.Select(
            bytes => FileDescriptorProto.Parser.ParseFrom(bytes).Name));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        ServerReflectionRequest[] requests =
        [
            new() { FileByFilename = "nothing" },
            new() { FileContainingSymbol = "nothing" },
            new() { AllExtensionNumbersOfType = "probe.Probe" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "probe.Ask", ExtensionNumber = 1 } },
        ];
        foreach (ServerReflectionRequest request in requests)
        {
            Assert.Equal((int)StatusCode.NotFound, (await AskAsync(request)).ErrorResponse.ErrorCode);
        }

        Assert.Equal((int)StatusCode.InvalidArgument, (await AskAsync(new ServerReflectionRequest())).ErrorResponse.ErrorCode);
        ServerReflectionResponse none = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "probe.Ask" });
        Assert.Empty(none.AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Theory]
    [MemberData(nameof(ReflectionCaller.All), MemberType = typeof(ReflectionCaller))]
    public async Task A_foreign_client_learns_the_contract_and_calls_by_it(string program, string version)
    {
        (string[] services, JsonElement answer) = await new ReflectionCaller(program, version).CallAsync(
            _server.Address.Authority, OwnProbeServer.Token, "probe.Probe", "Echo", """{"number": 42}""");
        Assert.Contains("probe.Probe", services);
        Assert.Equal("42", $"{answer.GetProperty("number")}");
    }

    private Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request) => AskAsync(request, _channel);

    private async Task<IEnumerable<FileDescriptorProto>> FilesAsync(ServerReflectionRequest request) =>
        (await AskAsync(request)).FileDescriptorResponse.FileDescriptorProto.Select(bytes => FileDescriptorProto.Parser.ParseFrom(bytes));

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request, GrpcChannel channel)
    {
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(ForeignProgram.Patience));
        return call.ResponseStream.Current;
    }

    private sealed class Nodes : Node.Protocol.Connect.NodeService.NodeServiceBase;
}
