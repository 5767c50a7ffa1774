using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Node.Connect;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>What carries a node's connections.</summary>
public enum Carrier
{
    /// <summary>Raw descriptors.</summary>
    Epoll,

    /// <summary>The portable sockets.</summary>
    Sockets,

    /// <summary>Sockets under an SslStream.</summary>
    Tls,
}

/// <summary>A node in this process, on free ports, with <c>/echo</c>.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    /// <summary>Whom a node's certificate names. Nobody else has signed it, so this is what clients can check.</summary>
    public const string CertificateName = "CN=localhost";

    private readonly TestFolder? _folder;

    private TestNode(NodeHost host, Carrier carrier, TestFolder? folder)
    {
        Host = host;
        Carrier = carrier;
        _folder = folder;
    }

    public NodeHost Host { get; }

    public Carrier Carrier { get; }

    public IPEndPoint EndPoint => Host.EndPoint;

    public bool IsTls => Carrier == Carrier.Tls;

    /// <param name="carrier">The transport.</param>
    /// <param name="yaml">Settings beside <c>log</c>, <c>metrics</c> and <c>tls</c>, which the node gets here.</param>
    /// <param name="node">More lines of the section <c>node</c>, each indented by two spaces.</param>
    public static async Task<TestNode> StartAsync(Carrier carrier, string yaml = "", string node = "")
    {
        TestFolder? folder = carrier == Carrier.Tls ? new TestFolder() : null;
        NodeHost host = NodeHost.FromYaml(
            $"node:\n  http_port: 0\n  loops: 2\n  echo: true\n  transport: {(carrier == Carrier.Epoll ? "epoll" : "sockets")}\n{node}\n"
            + $"log:\n  level: error\nmetrics:\n  port: 0\n{(folder is null ? "" : Tls(folder))}\n{yaml}\n");
        await host.StartAsync();
        return new TestNode(host, carrier, folder);
    }

    public Task<RawClient> ConnectAsync(int receiveBuffer = 0) => RawClient.ConnectAsync(EndPoint, IsTls, receiveBuffer);

    /// <summary>A client whose handshake is done.</summary>
    public async Task<RawClient> OpenAsync(string path = "/echo", params (string Name, string? Value)[] headers)
    {
        RawClient client = await ConnectAsync();
        await client.OpenAsync(path, headers);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder?.Dispose();
    }

    private static string Tls(TestFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(CertificateName, key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string chain = folder.Write("certificate.pem", certificate.ExportCertificatePem());
        string secret = folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        return $"tls:\n  enabled: true\n  cert_file: {chain}\n  key_file: {secret}\n";
    }
}
