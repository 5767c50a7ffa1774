using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Node.Transport;

/// <summary>
/// Accepts by <see cref="Socket"/> on the thread pool, does the TLS handshakes there, and deals the connections out to the
/// loops in turn. Any thread.
/// </summary>
/// <remarks>Errors come in the tiers of <see cref="Listener"/>; the counters of the first loop count them.</remarks>
internal sealed class SocketListener : IDisposable
{
    private const int PauseMs = 500;

    // A listening socket that nothing references is finalised, and the port closes without a word.
    private static readonly ConcurrentDictionary<SocketListener, bool> Open = new();

    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly TransportOptions _options;
    private readonly CertificateStore? _certificates;
    private readonly TlsCounters _counters;
    private readonly Func<Connection, ConnectionHandler> _accepted;
    private readonly Func<CancellationToken, ValueTask<Socket>> _accept;
    private readonly Socket _socket;
    private readonly SemaphoreSlim _permits;
    private readonly CancellationTokenSource _stop = new();
    private int _next;
    private bool _underPressure;

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public SocketListener(
        IReadOnlyList<EventLoop> loops,
        TransportOptions options,
        CertificateStore? certificates,
        TlsCounters counters,
        Func<Connection, ConnectionHandler> accepted,
        Func<Socket, CancellationToken, ValueTask<Socket>>? accept = null)
    {
        _loops = loops;
        _options = options;
        _certificates = certificates;
        _counters = counters;
        _accepted = accepted;
        _permits = new SemaphoreSlim(options.Tls?.MaxHandshakes ?? 1);
        _socket = new Socket(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _accept = token => accept is null ? _socket.AcceptAsync(token) : accept(_socket, token);
        try
        {
            _socket.Bind(options.EndPoint);
            _socket.Listen(options.Listener.Backlog);
        }
        catch (SocketException exception)
        {
            _socket.Dispose();
            throw new IOException($"cannot listen on {options.EndPoint}: {exception.Message}", exception);
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    public void Start()
    {
        Open[this] = true;
        _ = AcceptAllAsync();
    }

    /// <summary>Stops to accept. Handshakes that are not done are broken off.</summary>
    public void Dispose()
    {
        Open.TryRemove(this, out _);
        _stop.Cancel();
        _socket.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        try
        {
            while (true)
            {
                // One permit from before the accept to the end of the handshake: who is beyond the number is not
                // accepted, and waits where it costs this process nothing.
                await _permits.WaitAsync(_stop.Token).ConfigureAwait(false);
                if (await AcceptAsync().ConfigureAwait(false) is { } socket)
                {
                    _ = ServeAsync(socket);
                }
                else
                {
                    _permits.Release();
                }
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Closed: the expected end.
        }
        catch (Exception exception)
        {
            Dispose();
            _loops[0].Post(() => _loops[0].ReportFault(new IOException(
                $"the listener on {LocalEndPoint} is closed: {exception.Message}; restart the process", exception)));
        }
    }

    /// <returns>Null when that one came to nothing, and the next may be tried.</returns>
    private async ValueTask<Socket?> AcceptAsync()
    {
        try
        {
            Socket socket = await _accept(_stop.Token).ConfigureAwait(false);
            if (_underPressure)
            {
                _underPressure = false;
                SayPressure(0);
            }

            return socket;
        }
        catch (SocketException exception) when (!IsFatal(exception.SocketErrorCode) && !_stop.IsCancellationRequested)
        {
            await FailedAsync(exception).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>What is neither this nor pressure is one peer's bad luck.</summary>
    private static bool IsFatal(SocketError error) =>
        error is SocketError.NotSocket or SocketError.InvalidArgument or SocketError.OperationAborted;

    private async Task FailedAsync(SocketException exception)
    {
        bool pressure = exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;
        LoopCounters counters = _loops[0].Counters;
        _loops[0].Post(() =>
        {
            counters.AcceptErrors++;
            counters.AcceptPauses += pressure ? 1 : 0;
        });
        if (!pressure)
        {
            return;
        }

        if (!_underPressure)
        {
            _underPressure = true;
            SayPressure(exception.NativeErrorCode);
        }

        await Task.Delay(PauseMs, _stop.Token).ConfigureAwait(false);
    }

    private void SayPressure(int errno)
    {
        if (_options.Listener.Pressure is { } pressure)
        {
            _loops[0].Post(() => pressure(errno));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            Stream? stream = new NetworkStream(socket, ownsSocket: true);
            if (_certificates is not null)
            {
                stream = await HandshakeAsync(stream, _certificates.Current).ConfigureAwait(false);
            }

            if (stream is not null)
            {
                Deal(socket, stream);
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // It was reset before anything could be done with it.
            socket.Dispose();
        }
        finally
        {
            _permits.Release();
        }
    }

    /// <returns>Null, with the reason counted, when it failed.</returns>
    private async Task<Stream?> HandshakeAsync(Stream stream, ServerCertificate certificate)
    {
        var tls = new SslStream(stream);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(_options.Tls!.HandshakeTimeoutMs);
        _counters.Started();
        try
        {
            await tls.AuthenticateAsServerAsync(ServerOptions(certificate), deadline.Token).ConfigureAwait(false);
            _counters.CountCompleted();
            return tls;
        }
        catch (OperationCanceledException)
        {
            _counters.CountTimedOut();
        }
        catch (AuthenticationException)
        {
            _counters.CountFailedProtocol();
        }
        catch (Exception)
        {
            // Only the stream runs in there: what it throws else is what the network did to it.
            _counters.CountFailedNetwork();
        }
        finally
        {
            _counters.Ended();
        }

        await tls.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private static SslServerAuthenticationOptions ServerOptions(ServerCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    private void Deal(Socket socket, Stream stream)
    {
        EventLoop loop = _loops[(int)((uint)Interlocked.Increment(ref _next) % _loops.Count)];
        loop.Post(() =>
        {
            var connection = new StreamConnection(loop, socket, stream);
            loop.Adopt(connection);
            loop.Introduce(connection, _accepted);
            connection.Start();
        });
    }
}
