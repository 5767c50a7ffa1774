using System.Net;
using Node.Host.Settings;

namespace Node.Push.Settings;

/// <summary>Settings under <c>push:</c>.</summary>
public sealed record PushSection
{
    [Setting("Name of this push-manager, unique among all of them. Empty: the machine's name.", Env = "MANAGER_ID")]
    public string Id { get; init; } = "";

    [Setting("IP address that every port of the process is bound to.")]
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    [Setting("gRPC. 0: any free port.", Env = "GRPC_PORT", Max = "65535")]
    public int GrpcPort { get; init; } = 50053;

    [Setting("At a stop: time for calls to end.", Max = "10m")]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><see cref="Id"/>, or the machine's name where that is empty.</summary>
    public string EffectiveId => Id.Length > 0 ? Id : Environment.MachineName;
}
