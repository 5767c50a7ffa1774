using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Node.Rpc;
using Node.Tests.Settings;

namespace Node.Tests.Rpc;

/// <summary>How a channel and a server find each other, and lose each other.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_channel_comes_back_to_a_server_that_was_away()
    {
        OwnProbeServer first = await OwnProbeServer.StartAsync();
        int port = first.Server.Port;
        using GrpcChannel channel = GrpcChannel.ForAddress(first.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token });
        var client = new Probe.ProbeClient(channel);
        await client.EchoAsync(new Ask());
        await first.DisposeAsync();
        Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(client.EchoAsync(new Ask())));
        await using OwnProbeServer second = await OwnProbeServer.StartAsync(new RpcServerOptions { Token = OwnProbeServer.Token, Port = port });
        Assert.Equal(2, (await client.EchoAsync(new Ask { Number = 2 })).Number);
    }

    [Fact]
    public async Task A_connection_that_is_not_answered_is_given_up()
    {
        // The kernel takes the connection, and nobody ever says a word on it.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using GrpcChannel channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{port}",
            new GrpcChannelOptions { KeepAliveDelay = TimeSpan.FromSeconds(1), KeepAliveTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(new Probe.ProbeClient(channel).EchoAsync(new Ask())));
    }

    [Fact]
    public async Task A_stream_to_a_server_that_is_not_there_says_so()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:1");
        using AsyncDuplexStreamingCall<Ask, Answer> call = new Probe.ProbeClient(channel).Chat();
        RpcException written = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()));
        Assert.Equal(StatusCode.Unavailable, written.StatusCode);
        RpcException headers = await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync);
        Assert.Equal(StatusCode.Unavailable, headers.StatusCode);
    }

    [Fact]
    public async Task A_stop_lets_open_calls_finish_and_takes_no_more()
    {
        await using OwnProbeServer server = await OwnProbeServer.StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token });
        var client = new Probe.ProbeClient(channel);
        using AsyncDuplexStreamingCall<Ask, Answer> chat = client.Chat();
        await chat.RequestStream.WriteAsync(new Ask { Number = 1 });
        Assert.True(await chat.ResponseStream.MoveNext(default));

        Task stop = server.Server.StopAsync();
        Assert.True(server.Server.Stopping.IsCancellationRequested);
        await chat.RequestStream.WriteAsync(new Ask { Number = 2 });
        Assert.True(await chat.ResponseStream.MoveNext(default));
        Assert.Equal(2, chat.ResponseStream.Current.Number);
        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext(default));
        await stop.WaitAsync(ForeignProgram.Patience);
        Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(client.EchoAsync(new Ask())));
    }

    [Fact]
    public async Task A_channel_that_is_disposed_cancels_its_calls()
    {
        await using OwnProbeServer server = await OwnProbeServer.StartAsync(new RpcServerOptions());
        GrpcChannel channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel);
        AsyncUnaryCall<Answer> waiting = client.EchoAsync(new Ask { Wait = true });
        await waiting.ResponseHeadersAsync;
        channel.Dispose();
        Assert.Equal(StatusCode.Cancelled, await StatusOfAsync(waiting));
        await server.CancelledAsync().WaitAsync(ForeignProgram.Patience);
        Assert.Equal(StatusCode.Cancelled, await StatusOfAsync(client.EchoAsync(new Ask())));
    }

    [Fact]
    public async Task More_calls_than_a_connection_takes_wait_for_their_turn()
    {
        await using OwnProbeServer server = await OwnProbeServer.StartAsync(new RpcServerOptions { MaxCallsPerConnection = 2 });
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel);
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => client.EchoAsync(new Ask { Number = number }).ResponseAsync));
        Assert.Equal(Enumerable.Range(0, 50), answers.Select(answer => answer.Number));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using OwnProbeServer server = await OwnProbeServer.StartAsync();
        await using var second = new RpcServer(new RpcServerOptions { Port = server.Server.Port });
        IOException error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync());
        Assert.Contains($"{server.Server.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_sides_of_TLS_know_each_other()
    {
        using X509Certificate2 authority = CreateAuthority("authority");
        RpcTls server = Write(authority, "localhost");
        RpcTls client = Write(authority, "client");
        Assert.Equal(StatusCode.OK, await CallAsync(server, client));
        Assert.Equal(StatusCode.Unavailable, await CallAsync(server, client with { CertificateFile = null, KeyFile = null }));
        Assert.Equal(StatusCode.OK, await CallAsync(server with { AuthorityFile = null }, client with { CertificateFile = null, KeyFile = null }));
    }

    [Fact]
    public async Task Strangers_are_not_trusted()
    {
        using X509Certificate2 authority = CreateAuthority("authority");
        using X509Certificate2 stranger = CreateAuthority("stranger");
        RpcTls server = Write(authority, "localhost");
        RpcTls client = Write(stranger, "client");
        Assert.Equal(StatusCode.Unavailable, await CallAsync(server, client with { AuthorityFile = server.AuthorityFile }));
        Assert.Equal(StatusCode.Unavailable, await CallAsync(server with { AuthorityFile = null }, client));
        Assert.Equal(StatusCode.Unavailable, await CallAsync(server with { AuthorityFile = null }, null));
        Assert.Equal(StatusCode.Unavailable, await CallAsync(Write(authority, "elsewhere"), Write(authority, "client")));
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named()
    {
        string file = _folder.Write("broken.pem", "nothing");
        IOException error = Assert.Throws<IOException>(
            () => GrpcChannel.ForAddress("https://localhost:1", new GrpcChannelOptions { Tls = new RpcTls { AuthorityFile = file } }));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(
            () => GrpcChannel.ForAddress("https://localhost:1", new GrpcChannelOptions { Tls = new RpcTls { CertificateFile = file } }));
    }

    [Fact]
    public void An_address_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentException>(() => GrpcChannel.ForAddress("ftp://localhost"));
        Assert.Throws<UriFormatException>(() => GrpcChannel.ForAddress("localhost"));
    }

    [Fact]
    public void A_call_that_would_block_a_thread_is_refused()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:1");
        Assert.Contains("EchoAsync", Assert.Throws<NotSupportedException>(() => new Probe.ProbeClient(channel).Echo(new Ask())).Message, StringComparison.Ordinal);
    }

    private static async Task<StatusCode> CallAsync(RpcTls serverTls, RpcTls? clientTls)
    {
        await using OwnProbeServer server = await OwnProbeServer.StartAsync(new RpcServerOptions { Tls = serverTls });
        using GrpcChannel channel = GrpcChannel.ForAddress(
            $"https://localhost:{server.Server.Port}", new GrpcChannelOptions { Tls = clientTls });
        return await StatusOfAsync(new Probe.ProbeClient(channel).EchoAsync(new Ask()));
    }

    private static async Task<StatusCode> StatusOfAsync(AsyncUnaryCall<Answer> call)
    {
        try
        {
            await call.ResponseAsync.WaitAsync(ForeignProgram.Patience);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>A certificate for a host, with the authority that it comes from.</summary>
    private RpcTls Write(X509Certificate2 authority, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(
            authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        string place = _folder.At($"{Guid.NewGuid():N}");
        File.WriteAllText(place + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(place + ".key", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(place + ".ca", authority.ExportCertificatePem());
        return new RpcTls { CertificateFile = place + ".crt", KeyFile = place + ".key", AuthorityFile = place + ".ca" };
    }
}
