using System.ComponentModel;
using System.Net;

namespace Node.Transport;

/// <param name="Backlog">Connections the kernel holds until they are accepted; it caps this at net.core.somaxconn.</param>
/// <param name="ReusePort">Whether every loop listens by itself and the kernel spreads the connections.</param>
public sealed record ListenerOptions(int Backlog = 4096, bool ReusePort = true)
{
    /// <summary>Hears that accepting paused (the errno) and that it works again (0), once each. On the loop's thread.</summary>
    public Action<int>? Pressure { get; init; }
}

/// <summary>A listening descriptor of one loop. Loop thread only.</summary>
/// <remarks>
/// Errors come in three tiers. A peer's bad luck (it reset before it was accepted) is counted and passed over. Pressure (no
/// descriptors, no memory) pauses accepting: a level-triggered listener would otherwise spin; the peers wait in the
/// backlog. An error of the listener itself closes it and is reported.
/// </remarks>
public sealed class Listener
{
    private const int AcceptsPerTurn = 128;
    private const int PauseMs = 500;

    private readonly EventLoop _loop;
    private readonly ListenerOptions _options;
    private readonly Func<Connection, ConnectionHandler> _accepted;
    private readonly ulong _key;
    private int _descriptor;
    private bool _underPressure;

    internal Listener(
        EventLoop loop, IPEndPoint endPoint, ListenerOptions options, Func<Connection, ConnectionHandler> accepted, ulong key)
    {
        _loop = loop;
        _options = options;
        _accepted = accepted;
        _key = key;
        _descriptor = loop.Sockets.Listen(endPoint, options.Backlog, options.ReusePort);
        if (_descriptor < 0)
        {
            throw new IOException($"cannot listen on {endPoint}: {new Win32Exception(-_descriptor).Message}");
        }

        LocalEndPoint = loop.Sockets.LocalEndPoint(_descriptor);
        int watched = loop.Sockets.Add(_descriptor, key, Readiness.Readable);
        if (watched < 0)
        {
            Close();
            throw new IOException($"cannot listen on {endPoint}: {new Win32Exception(-watched).Message}");
        }
    }

    public IPEndPoint LocalEndPoint { get; }

    public bool IsPaused { get; private set; }

    /// <summary>Stops to accept. Connections in the kernel's backlog are reset.</summary>
    public void Close()
    {
        if (_descriptor >= 0)
        {
            _loop.Sockets.Close(_descriptor);
            _descriptor = -1;
        }
    }

    internal void OnReady()
    {
        for (int i = 0; i < AcceptsPerTurn && _descriptor >= 0 && !IsPaused; i++)
        {
            int result = _loop.Sockets.Accept(_descriptor);
            if (result == -Errno.Again)
            {
                return;
            }

            if (result < 0)
            {
                Failed(-result);
                continue;
            }

            if (_loop.Adopt(result, null, connecting: false) is { } connection)
            {
                Accepted(connection);
            }
            else
            {
                Pause(Errno.OutOfMemory);
            }
        }
    }

    private void Accepted(Connection connection)
    {
        if (_underPressure)
        {
            _underPressure = false;
            SayPressure(0);
        }

        _loop.Introduce(connection, _accepted);
    }

    private void Failed(int errno)
    {
        _loop.Counters.AcceptErrors++;
        if (Errno.IsPressure(errno))
        {
            Pause(errno);
        }
        else if (Errno.IsFatalForListener(errno))
        {
            Close();
            _loop.ReportFault(new IOException(
                $"the listener on {LocalEndPoint} is closed: {new Win32Exception(errno).Message}; restart the process"));
        }
    }

    private void Pause(int errno)
    {
        IsPaused = true;
        _loop.Counters.AcceptPauses++;
        _loop.Sockets.Modify(_descriptor, _key, Readiness.None);
        if (!_underPressure)
        {
            _underPressure = true;
            SayPressure(errno);
        }

        _loop.PostDelayed(Resume, PauseMs);
    }

    private void SayPressure(int errno)
    {
        // As posted work, so that what it throws is reported and does not end the loop.
        if (_options.Pressure is { } pressure)
        {
            _loop.Post(() => pressure(errno));
        }
    }

    private void Resume()
    {
        if (_descriptor < 0)
        {
            return;
        }

        IsPaused = false;
        _loop.Sockets.Modify(_descriptor, _key, Readiness.Readable);
    }
}
