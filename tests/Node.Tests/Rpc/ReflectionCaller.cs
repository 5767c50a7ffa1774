using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Node.Tests.Settings;

namespace Node.Tests.Rpc;

/// <summary>
/// What a command-line client does: lists the services of a server, fetches the contract of one by reflection, and calls it by that alone. The scripts
/// <c>reflect</c> in tests/conformance/grpc.
/// </summary>
/// <param name="program">The name of a <see cref="ForeignProgram"/>.</param>
/// <param name="version">Of the reflection service: <c>v1</c> or <c>v1alpha</c>.</param>
public sealed class ReflectionCaller(string program, string version)
{
    public static TheoryData<string, string> All => new()
    {
        { nameof(ForeignProgram.GrpcJs), "v1" },
        { nameof(ForeignProgram.GrpcJs), "v1alpha" },
        { nameof(ForeignProgram.Grpcio), "v1" },
        { nameof(ForeignProgram.Grpcio), "v1alpha" },
    };

    /// <summary>Skips the test where the program is missing.</summary>
    /// <param name="address">Host and port.</param>
    /// <param name="token">Of the cluster; empty: none.</param>
    /// <param name="service">With its package.</param>
    /// <param name="method">A unary one.</param>
    /// <param name="request">As JSON, with the names of the contract.</param>
    /// <returns>The services that were listed, and the answer.</returns>
    public async Task<(string[] Services, JsonElement Answer)> CallAsync(string address, string token, string service, string method, string request)
    {
        ForeignProgram foreign = program == nameof(ForeignProgram.GrpcJs) ? ForeignProgram.GrpcJs : ForeignProgram.Grpcio;
        foreign.SkipIfMissing();

        // Of reflection itself every client has the contract.
        using var folder = new TestFolder();
        FileDescriptor contract = version == "v1" ? Grpc.Reflection.V1.ReflectionReflection.Descriptor : Grpc.Reflection.V1Alpha.ReflectionV1AlphaReflection.Descriptor;
        var set = new FileDescriptorSet { File = { FileDescriptorProto.Parser.ParseFrom(contract.SerializedData) } };
        await File.WriteAllBytesAsync(folder.At("reflection"), set.ToByteArray());
        using Process client = foreign.Start("reflect", address, token, version, folder.At("reflection"), service, method, request);
        Task<string> errors = client.StandardError.ReadToEndAsync();
        string said = await client.StandardOutput.ReadToEndAsync().WaitAsync(ForeignProgram.Patience);
        await client.WaitForExitAsync().WaitAsync(ForeignProgram.Patience);
        Assert.True(client.ExitCode == 0, said + await errors);
        JsonElement all = JsonElement.Parse(said);
        return ([.. all.GetProperty("services").EnumerateArray().Select(name => name.GetString()!)], all.GetProperty("answer"));
    }
}
