using System.Net;
using Node.Transport;

namespace Node.Benchmarks;

/// <summary>A loop with connections on a <see cref="NullPoller"/>, turned by the benchmark's own thread.</summary>
internal sealed class Crowd : IDisposable
{
    private const int FirstDescriptor = 1;

    private readonly List<Connection> _connections = [];

    public Crowd(NullPoller poller, EventLoop loop, int count, Func<Connection, ConnectionHandler> accepted)
    {
        Poller = poller;
        Loop = loop;
        loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new ListenerOptions(), connection =>
        {
            _connections.Add(connection);
            return accepted(connection);
        });
        Arrive(count);
    }

    public NullPoller Poller { get; }

    public EventLoop Loop { get; }

    public IReadOnlyList<Connection> Connections => _connections;

    /// <summary>One turn in which the connection of that index receives the bytes.</summary>
    public void Receive(int index, byte[] bytes)
    {
        Poller.Input(FirstDescriptor + index, bytes);
        Loop.Turn();
    }

    /// <summary>One more connection, which sends these bytes first.</summary>
    /// <returns>Its index.</returns>
    public int Add(byte[] bytes)
    {
        Arrive(1);
        Receive(_connections.Count - 1, bytes);
        return _connections.Count - 1;
    }

    private void Arrive(int count)
    {
        int expected = _connections.Count + count;
        Poller.Arrive(count);
        while (_connections.Count < expected)
        {
            Loop.Turn();
        }
    }

    public void Dispose() => Loop.Dispose();
}
