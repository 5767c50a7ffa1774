using System.Net;
using Node.Rpc;

namespace Node.Host.Settings;

/// <summary>Settings under <c>rpc:</c>: how the processes of a cluster talk to each other. The same in all of them, but for the address.</summary>
public sealed record RpcSection
{
    [Setting("Where the others reach this process's gRPC, as host:port. Empty: the bound address and port, or the machine's name for 0.0.0.0.")]
    public string Address { get; init; } = "";

    [Setting("Token that calls must bring, and that goes with calls. Empty: none.", Secret = true, Env = "CLUSTER_TOKEN")]
    public string Token { get; init; } = "";

    [Setting("Certificate chain of the gRPC port, PEM; also shown to the others. Empty: no TLS.", File = true)]
    public string CertFile { get; init; } = "";

    [Setting("Its private key, PEM. Empty: it stands in cert_file.", File = true)]
    public string KeyFile { get; init; } = "";

    [Setting("Authorities that the others' certificates must come from, PEM. Empty: the system's, and callers need none.", File = true)]
    public string AuthorityFile { get; init; } = "";

    private RpcTls? Tls => CertFile.Length == 0 ? null : new RpcTls
    {
        CertificateFile = CertFile,
        KeyFile = KeyFile.Length > 0 ? KeyFile : null,
        AuthorityFile = AuthorityFile.Length > 0 ? AuthorityFile : null,
    };

    public RpcServerOptions ServerOptions(IPAddress bind, int port) => new()
    {
        Port = port, BindAddress = bind.ToString(), Token = Token.Length > 0 ? Token : null, Tls = Tls,
    };

    public GrpcChannelOptions ChannelOptions() => new() { Token = Token.Length > 0 ? Token : null, Tls = Tls };

    /// <summary>What the others are told, once the port is known.</summary>
    public string AddressAt(IPAddress bind, int port) => Address.Length > 0 ? Address : HostAndPort(bind, port);

    public IEnumerable<SettingsViolation> Violations()
    {
        if (KeyFile.Length > 0 && CertFile.Length == 0)
        {
            yield return new SettingsViolation(["rpc.key_file", "rpc.cert_file"], "there is a key and no certificate", "set rpc.cert_file");
        }
    }

    public IEnumerable<string> Warnings(IPAddress bind)
    {
        if (Token.Length == 0 && !IPAddress.IsLoopback(bind))
        {
            yield return $"rpc.token is not set and gRPC is bound to {bind}: everybody who can reach the port can call it";
        }
    }

    /// <summary>How others reach what is bound here: by the machine's name where it is bound to every address.</summary>
    public static string HostAndPort(IPAddress bind, int port)
    {
        bool everywhere = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any);
        return everywhere ? $"{Environment.MachineName}:{port}" : new IPEndPoint(bind, port).ToString();
    }
}
