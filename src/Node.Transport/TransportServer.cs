using System.Net;
using System.Net.Sockets;

namespace Node.Transport;

/// <summary>Loops and what they listen on: the one entry for a process that serves connections.</summary>
/// <remarks>
/// Without TLS on Linux each loop accepts for itself from a descriptor that shares the port (SO_REUSEPORT), and the kernel spreads
/// the connections. Everywhere else, and with TLS, one socket accepts and deals the connections out in turn.
/// </remarks>
public sealed class TransportServer : IDisposable
{
    private const int StopTimeoutMs = 5000;

    private readonly TransportOptions _options;
    private readonly Func<Connection, ConnectionHandler> _accepted;
    private readonly LoopGroup _group;
    private readonly List<Listener> _listeners = [];
    private readonly bool _byDescriptors;
    private CertificateStore? _certificates;
    private SocketListener? _socketListener;
    private IPEndPoint? _localEndPoint;
    private bool _disposed;

    /// <param name="options">Where to listen and by what means.</param>
    /// <param name="accepted">Gives each connection its handler. Called on the connection's loop.</param>
    /// <exception cref="PlatformNotSupportedException">Epoll was asked for, and this is not Linux.</exception>
    public TransportServer(TransportOptions options, Func<Connection, ConnectionHandler> accepted)
    {
        _options = options;
        _accepted = accepted;

        // Loops on epoll can have connections of both kinds, so TLS changes only who accepts.
        bool epoll = options.Kind == TransportKind.Epoll
            || (options.Kind == TransportKind.Auto && LoopGroup.HasEpoll);
        _byDescriptors = epoll && options.Tls is null;
        int batchFrom = _byDescriptors && options.Kind == TransportKind.Auto ? options.BatchFrom : 0;
        _group = epoll ? LoopGroup.Epoll(options.Loops, batchFrom, options.BusyPoll, options.PinLoops) : LoopGroup.Sockets(options.Loops);
    }

    /// <summary>The loops; set their <see cref="EventLoop.Fault"/> and <see cref="EventLoop.TurnEnding"/> before the start.</summary>
    public IReadOnlyList<EventLoop> Loops => _group.Loops;

    /// <summary>How what a turn sends reaches the kernel, for a log; where it could go in batches and does not, why.</summary>
    public string SendPath => _byDescriptors
        ? Loops[0].Sockets switch
        {
            { Batch: not null } => "in batches by io_uring",
            { BatchRefusal: { } reason } => $"one by one ({reason})",
            _ => "one by one",
        }
        : "by sockets";

    /// <summary>What has become of the handshakes; all zero without TLS.</summary>
    public TlsCounters Tls { get; } = new();

    /// <summary>Where it listens: with port 0, the port it got.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public IPEndPoint LocalEndPoint =>
        _localEndPoint ?? throw new InvalidOperationException("the server has not been started");

    /// <summary>Listens, then starts the loops.</summary>
    /// <exception cref="IOException">The address cannot be bound: the message names it and the reason.</exception>
    /// <exception cref="CertificateException">The message names the file and what is wrong with it.</exception>
    public void Start()
    {
        if (_byDescriptors)
        {
            ListenOnEveryLoop();
            _group.Start();
            return;
        }

        _certificates = _options.Tls is { } tls ? new CertificateStore(tls) : null;
        _socketListener = new SocketListener(Loops, _options, _certificates, Tls, _accepted);
        _localEndPoint = _socketListener.LocalEndPoint;
        _group.Start();
        _socketListener.Start();
    }

    /// <summary>
    /// Takes no more connections; those that are there go on. Any thread; returns when it is so, unless called on a loop.
    /// </summary>
    public void StopAccepting()
    {
        if (_disposed)
        {
            return;
        }

        _socketListener?.Dispose();
        Task[] closing = [.. _listeners.Select((listener, i) => LoopGroup.RunAsync(Loops[i], listener.Close))];
        if (!Loops.Any(loop => loop.IsOnLoop))
        {
            Task.WaitAll(closing, StopTimeoutMs);
        }
    }

    /// <summary>Ends the loops; connections that are left are aborted. Any thread but the loops'.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _socketListener?.Dispose();
            _certificates?.Dispose();
            _group.Dispose();
        }
    }

    private void ListenOnEveryLoop()
    {
        IPEndPoint endPoint = _options.EndPoint;
        ListenerOptions listener = _options.Listener;
        if (listener.ReusePort && endPoint.Port != 0)
        {
            RefuseToShare(endPoint);
        }

        foreach (EventLoop loop in Loops.Take(listener.ReusePort ? Loops.Count : 1))
        {
            _listeners.Add(loop.Listen(endPoint, listener, _accepted));

            // With port 0 the first one gets a free port, and the others share that one.
            endPoint = _listeners[0].LocalEndPoint;
        }

        _localEndPoint = endPoint;
    }

    /// <summary>
    /// Sharing is meant among our own loops. Without this look, a second process on the same port would start without a word and
    /// take half of the connections.
    /// </summary>
    private static void RefuseToShare(IPEndPoint endPoint)
    {
        using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(endPoint);
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot listen on {endPoint}: {exception.Message}", exception);
        }
    }
}
