using System.Diagnostics;
using Grpc.Core;
using Node.Rpc;

namespace Node.Tests.Rpc;

/// <summary>The clients of grpc-js and grpcio against our server. What they check stands in tests/conformance/grpc.</summary>
public sealed class ForeignClientTests
{
    public static TheoryData<string, bool> Clients => new()
    {
        { nameof(ForeignProgram.GrpcJs), false },
        { nameof(ForeignProgram.GrpcJs), true },
        { nameof(ForeignProgram.Grpcio), false },
        { nameof(ForeignProgram.Grpcio), true },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_foreign_client_gets_what_it_expects(string name, bool gzip)
    {
        ForeignProgram program = Program(name);
        await using OwnProbeServer server = await OwnProbeServer.StartAsync(
            new RpcServerOptions { Token = OwnProbeServer.Token, Compress = gzip, MaxSendMessageSize = int.MaxValue });
        string[] arguments = [server.Address.Authority, OwnProbeServer.Token, .. gzip ? ["gzip"] : Array.Empty<string>()];
        using Process client = program.Start("client", arguments);
        Task<string> errors = client.StandardError.ReadToEndAsync();
        string said = await client.StandardOutput.ReadToEndAsync().WaitAsync(ForeignProgram.Patience);
        await client.WaitForExitAsync().WaitAsync(ForeignProgram.Patience);
        Assert.True(client.ExitCode == 0, said + await errors);
        Assert.Equal(13, said.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(nameof(ForeignProgram.GrpcJs))]
    [InlineData(nameof(ForeignProgram.Grpcio))]
    public async Task A_foreign_client_that_dies_cancels_its_calls(string name)
    {
        ForeignProgram program = Program(name);
        await using OwnProbeServer server = await OwnProbeServer.StartAsync();
        using Process client = program.Start("hang", server.Address.Authority, OwnProbeServer.Token);
        Assert.Equal("waiting", await client.StandardOutput.ReadLineAsync().WaitAsync(ForeignProgram.Patience));
        client.Kill();
        await server.CancelledAsync().WaitAsync(ForeignProgram.Patience);
    }

    [Theory]
    [InlineData(nameof(ForeignProgram.GrpcJs))]
    [InlineData(nameof(ForeignProgram.Grpcio))]
    public async Task A_foreign_client_hears_that_our_server_died(string name)
    {
        ForeignProgram program = Program(name);
        await using OwnProbeServer server = await OwnProbeServer.StartAsync();
        using Process client = program.Start("hang", server.Address.Authority, OwnProbeServer.Token);
        Assert.Equal("waiting", await client.StandardOutput.ReadLineAsync().WaitAsync(ForeignProgram.Patience));
        await server.KillAsync();
        Assert.Equal($"ended {(int)StatusCode.Unavailable}", await client.StandardOutput.ReadLineAsync().WaitAsync(ForeignProgram.Patience));
    }

    private static ForeignProgram Program(string name)
    {
        ForeignProgram program = name == nameof(ForeignProgram.GrpcJs) ? ForeignProgram.GrpcJs : ForeignProgram.Grpcio;
        program.SkipIfMissing();
        return program;
    }
}
