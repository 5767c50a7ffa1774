using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>A server of one kind on a free port, with what it told its handlers.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly TestCertificate? _certificate;
    private readonly BlockingCollection<Connection> _accepted = [];

    public TestServer(
        PathKind kind, Func<Connection, ConnectionHandler> accepted, int loops = 2, Func<TransportOptions, TransportOptions>? change = null)
    {
        IsTls = kind is PathKind.TlsOnEpoll or PathKind.TlsOnSockets;
        _certificate = IsTls ? new TestCertificate() : null;
        var options = new TransportOptions
        {
            Kind = kind switch
            {
                PathKind.Batches => TransportKind.Auto,
                PathKind.Epoll or PathKind.TlsOnEpoll => TransportKind.Epoll,
                _ => TransportKind.Sockets,
            },
            BatchFrom = 1,
            BusyPoll = kind == PathKind.Batches ? TimeSpan.FromMicroseconds(200) : default,
            PinLoops = kind == PathKind.Batches,
            Loops = loops,
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Tls = _certificate is null ? null : new TlsOptions(_certificate.CertificateFile, _certificate.KeyFile),
        };
        Server = new TransportServer(change is null ? options : change(options), connection =>
        {
            ConnectionHandler handler = accepted(connection);
            _accepted.Add(connection);
            return handler;
        });
        foreach (EventLoop loop in Server.Loops)
        {
            loop.Fault = Faults.Add;
        }

        Server.Start();
    }

    public TransportServer Server { get; }

    public bool IsTls { get; }

    public ConcurrentBag<Exception> Faults { get; } = [];

    public long Count(Func<LoopCounters, long> counter) => Server.Loops.Sum(loop => counter(loop.Counters));

    /// <summary>The connection that was accepted next.</summary>
    public Connection NextAccepted() =>
        _accepted.TryTake(out Connection? connection, TimeSpan.FromSeconds(20))
            ? connection
            : throw new TimeoutException("nothing was accepted");

    public async Task<(Socket Socket, Stream Stream)> ConnectAsync(int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        await socket.ConnectAsync(Server.LocalEndPoint);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (!IsTls)
        {
            return (socket, stream);
        }

        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(ClientOptions());
        return (socket, tls);
    }

    public static SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
#pragma warning disable CA5359 // The server's certificate was made a moment ago, by this test.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    public void Dispose()
    {
        Server.Dispose();
        _certificate?.Dispose();
        _accepted.Dispose();
    }

    /// <summary>Waits for a condition that another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 4000, "it did not come about within 20 seconds");
            await Task.Delay(5);
        }
    }
}
