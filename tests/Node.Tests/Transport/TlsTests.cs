using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Node.Transport;

namespace Node.Tests.Transport;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new();
    private readonly ConcurrentQueue<string> _reloaded = new();
    private readonly ConcurrentQueue<string> _failures = new();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task The_whole_chain_is_sent()
    {
        using TestServer server = Start();
        var chain = new List<string>();
        SslClientAuthenticationOptions options = TestServer.ClientOptions();
        options.RemoteCertificateValidationCallback = (_, _, sent, _) =>
        {
            chain.AddRange(sent!.ChainPolicy.ExtraStore.Select(certificate => certificate.Subject));
            return true;
        };
        using SslStream stream = await HandshakeAsync(server, options);
        Assert.Contains("CN=intermediate", chain);
        Assert.Equal(SslApplicationProtocol.Http11, stream.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task A_new_certificate_is_for_new_connections_and_the_old_ones_go_on()
    {
        using TestServer server = Start();
        using SslStream old = await HandshakeAsync(server, TestServer.ClientOptions());
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(old));
        string before = _certificate.Thumbprint;
        _certificate.Write("localhost");
        await TestServer.UntilAsync(() => _reloaded.Contains(_certificate.Thumbprint));

        using SslStream later = await HandshakeAsync(server, TestServer.ClientOptions());
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(later));
        Assert.Equal(before, ThumbprintOf(old));
        await old.WriteAsync(new byte[] { 5 });
        Assert.Equal(1, await old.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_broken_pair_keeps_the_old_certificate_and_says_why()
    {
        using TestServer server = Start();
        File.WriteAllText(_certificate.KeyFile, "not a key");
        await TestServer.UntilAsync(() => !_failures.IsEmpty);
        Assert.Equal($"{_certificate.KeyFile}: holds no private key", Assert.Single(_failures));
        using SslStream stream = await HandshakeAsync(server, TestServer.ClientOptions());
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(stream));

        _certificate.Write("localhost");
        await TestServer.UntilAsync(() => _reloaded.Contains(_certificate.Thumbprint));
    }

    [Fact]
    public async Task A_swapped_symbolic_link_is_seen()
    {
        // The layout of a mounted kubernetes secret: the files are links through one link that is swapped.
        using var second = new TestCertificate();
        string folder = Directory.CreateTempSubdirectory("links").FullName;
        string data = Path.Combine(folder, "data");
        Directory.CreateSymbolicLink(data, _certificate.Folder);
        TlsOptions options = Options() with
        {
            CertificateFile = File.CreateSymbolicLink(Path.Combine(folder, "tls.crt"), Path.Combine("data", "tls.crt")).FullName,
            KeyFile = File.CreateSymbolicLink(Path.Combine(folder, "tls.key"), Path.Combine("data", "tls.key")).FullName,
        };
        using (var store = new CertificateStore(options))
        {
            Assert.Equal(_certificate.Thumbprint, store.Current.Leaf.Thumbprint);
            Directory.Delete(data);
            Directory.CreateSymbolicLink(data, second.Folder);
            await TestServer.UntilAsync(() => store.Current.Leaf.Thumbprint == second.Thumbprint);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_look_without_a_change_does_nothing()
    {
        using var store = new CertificateStore(Options());
        ServerCertificate before = store.Current;
        store.Check();
        Assert.Same(before, store.Current);
        Assert.Empty(_reloaded);
    }

    [Fact]
    public void A_file_that_is_missing_for_long_is_reported_once()
    {
        using var store = new CertificateStore(Options());
        File.Delete(_certificate.KeyFile);
        store.Check();
        store.Check();
        Assert.Contains("cannot be read", Assert.Single(_failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pfx_with_its_password_will_do()
    {
        using var store = new CertificateStore(Options() with
        {
            CertificateFile = _certificate.PfxFile,
            KeyFile = null,
            Password = TestCertificate.Password,
        });
        Assert.Equal(_certificate.Thumbprint, store.Current.Leaf.Thumbprint);
    }

    [Fact]
    public void An_encrypted_key_needs_its_password()
    {
        using var leaf = X509Certificate2.CreateFromPemFile(_certificate.CertificateFile, _certificate.KeyFile);
        var encryption = new System.Security.Cryptography.PbeParameters(
            System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(
            _certificate.KeyFile, leaf.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(TestCertificate.Password, encryption));
        Assert.Contains("password is missing or wrong", Refusal(Options()), StringComparison.Ordinal);
        Assert.Contains("password is missing or wrong", Refusal(Options() with { Password = "wrong" }), StringComparison.Ordinal);
        using var store = new CertificateStore(Options() with { Password = TestCertificate.Password });
        Assert.Equal(_certificate.Thumbprint, store.Current.Leaf.Thumbprint);
    }

    [Fact]
    public void What_is_wrong_is_named_with_its_file()
    {
        using var other = new TestCertificate();
        Assert.StartsWith(
            $"{other.KeyFile}: the private key does not match the certificate in {_certificate.CertificateFile}",
            Refusal(Options() with { KeyFile = other.KeyFile }),
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"{_certificate.CertificateFile}: holds no private key", Refusal(Options() with { KeyFile = null }), StringComparison.Ordinal);
        Assert.StartsWith(
            $"{_certificate.KeyFile}: holds no certificate",
            Refusal(Options() with { CertificateFile = _certificate.KeyFile }),
            StringComparison.Ordinal);
        Assert.Contains(
            "neither PEM nor a PFX", Refusal(Options() with { CertificateFile = _certificate.PfxFile }), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal(Options() with { CertificateFile = "/nowhere/tls.crt" }), StringComparison.Ordinal);
        _certificate.Write("localhost", validDays: -3);
        Assert.Contains("the certificate expired on", Refusal(Options()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_handshakes_are_counted_by_reason_and_reach_no_handler()
    {
        using TestServer server = Start(options => options with { HandshakeTimeoutMs = 300 });
        TlsCounters counters = server.Server.Tls;

        using var silent = new TcpClient();
        await silent.ConnectAsync(server.Server.LocalEndPoint);
        await TestServer.UntilAsync(() => counters.TimedOut == 1);

        using var garbage = new TcpClient();
        await garbage.ConnectAsync(server.Server.LocalEndPoint);
        await garbage.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await TestServer.UntilAsync(() => counters.FailedProtocol == 1);

        using (var gone = new TcpClient())
        {
            await gone.ConnectAsync(server.Server.LocalEndPoint);
        }

        await TestServer.UntilAsync(() => counters.FailedNetwork == 1);

        SslClientAuthenticationOptions tooOld = TestServer.ClientOptions();
        tooOld.ApplicationProtocols = [new SslApplicationProtocol("spdy/1")];
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(server, tooOld));
        await TestServer.UntilAsync(() => counters.FailedProtocol == 2);

        Assert.Equal(0, server.Count(loop => loop.Accepted));
        using SslStream good = await HandshakeAsync(server, TestServer.ClientOptions());
        await TestServer.UntilAsync(() => server.Count(loop => loop.Accepted) == 1);
        Assert.Equal((1, 0), (counters.Completed, counters.InFlight));
    }

    [Fact]
    public async Task Handshakes_beyond_the_limit_wait_in_the_backlog()
    {
        using TestServer server = Start(options => options with { MaxHandshakes = 2 });
        using var first = new TcpClient();
        using var second = new TcpClient();
        await first.ConnectAsync(server.Server.LocalEndPoint);
        await second.ConnectAsync(server.Server.LocalEndPoint);
        await TestServer.UntilAsync(() => server.Server.Tls.InFlight == 2);
        Task<SslStream> third = HandshakeAsync(server, TestServer.ClientOptions());
        await Task.WhenAny(third, Task.Delay(200));
        Assert.False(third.IsCompleted);
        first.Dispose();
        using SslStream stream = await third;
        await stream.WriteAsync(new byte[] { 5 });
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
    }

    private static string ThumbprintOf(SslStream stream) => stream.RemoteCertificate!.GetCertHashString();

    private static async Task<SslStream> HandshakeAsync(TestServer server, SslClientAuthenticationOptions options)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Server.LocalEndPoint);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(options);
        return stream;
    }

    private static string Refusal(TlsOptions options) =>
        Assert.Throws<CertificateException>(() => new CertificateStore(options)).Message;

    private TlsOptions Options() => new(_certificate.CertificateFile, _certificate.KeyFile)
    {
        Reloaded = leaf => _reloaded.Enqueue(leaf.Thumbprint),
        ReloadFailed = _failures.Enqueue,
    };

    private TestServer Start(Func<TlsOptions, TlsOptions>? change = null) =>
        new(PathKind.TlsOnSockets, ConnectionBehaviourTests.Echo, change: options => options with
        {
            Tls = change is null ? Options() : change(Options()),
        });
}
