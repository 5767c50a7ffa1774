using System.Net;
using Node.Host.Settings;
using Node.Rpc;

namespace Node.Controller.Settings;

/// <summary>Settings under <c>controller:</c>.</summary>
public sealed record ControllerSection
{
    [Setting("Name of this controller, unique among all controllers. Empty: the machine's name.", Env = "CONTROLLER_ID")]
    public string Id { get; init; } = "";

    [Setting("IP address that every port of the process is bound to.")]
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    [Setting("gRPC. 0: any free port.", Env = "GRPC_PORT", Max = "65535")]
    public int GrpcPort { get; init; } = 50051;

    [Setting("Where the others reach this controller's gRPC, as host:port. Empty: bind and grpc_port, or the machine's name for 0.0.0.0.")]
    public string Address { get; init; } = "";

    [Setting("Token that calls must bring, and that goes with calls to nodes. Empty: none.", Secret = true, Env = "CLUSTER_TOKEN")]
    public string Token { get; init; } = "";

    [Setting("Certificate chain of the gRPC port, PEM. Empty: no TLS.", File = true)]
    public string CertFile { get; init; } = "";

    [Setting("Its private key, PEM. Empty: it stands in cert_file.", File = true)]
    public string KeyFile { get; init; } = "";

    [Setting("Authorities that clients' and nodes' certificates must come from, PEM. Empty: clients need none.", File = true)]
    public string AuthorityFile { get; init; } = "";

    [Setting("After a restart: time for a node to report before its remembered members are gone. A room whose last connection has ended keeps its metadata for as long.", Min = "1s", Max = "1h")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    [Setting("At a stop: time to write what the stores do not have yet.", Max = "10m")]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><see cref="Id"/>, or the machine's name where that is empty.</summary>
    public string EffectiveId => Id.Length > 0 ? Id : Environment.MachineName;

    /// <summary>Null: none.</summary>
    internal RpcTls? Tls => CertFile.Length == 0 ? null : new RpcTls
    {
        CertificateFile = CertFile,
        KeyFile = KeyFile.Length > 0 ? KeyFile : null,
        AuthorityFile = AuthorityFile.Length > 0 ? AuthorityFile : null,
    };

    /// <summary>What the others are told, once the port is known.</summary>
    public string AddressAt(int port) => Address.Length > 0 ? Address : RpcSection.HostAndPort(Bind, port);
}
