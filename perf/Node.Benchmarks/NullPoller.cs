using System.Net;
using Node.Transport;

namespace Node.Benchmarks;

/// <summary>
/// A machine without a kernel under the loop: connections come when they are asked for, input is what the benchmark hands in, and
/// everything that is sent is taken at once. What is left to measure is our own code.
/// </summary>
internal sealed class NullPoller : ReadinessPoller
{
    private const int ListenerDescriptor = 0;

    private readonly List<ulong> _keys = [];
    private readonly Queue<(int Descriptor, byte[] Bytes)> _input = new();
    private int _toAccept;

    /// <summary>Bytes that were sent.</summary>
    public long BytesSent { get; private set; }

    public override long Milliseconds => Now;

    public long Now { get; set; } = 1;

    /// <summary>Has the listener accept so many connections over the next turns; their descriptors follow each other.</summary>
    public void Arrive(int connections) => _toAccept += connections;

    /// <summary>Has a connection receive bytes in the next turn.</summary>
    public void Input(int descriptor, byte[] bytes) => _input.Enqueue((descriptor, bytes));

    public override int Wait(Span<PollEvent> events, int timeoutMs)
    {
        if (_toAccept > 0)
        {
            events[0] = new PollEvent(_keys[ListenerDescriptor], Readiness.Readable);
            return 1;
        }

        // One at a time, so that Receive need not search for whose bytes come next.
        if (_input.TryPeek(out (int Descriptor, byte[] Bytes) next))
        {
            events[0] = new PollEvent(_keys[next.Descriptor], Readiness.Readable);
            return 1;
        }

        return 0;
    }

    public override void Wake()
    {
    }

    public override int Add(int descriptor, ulong key, Readiness interest)
    {
        while (_keys.Count <= descriptor)
        {
            _keys.Add(0);
        }

        _keys[descriptor] = key;
        return 0;
    }

    public override int Modify(int descriptor, ulong key, Readiness interest) => 0;

    public override int Remove(int descriptor) => 0;

    public override int Listen(IPEndPoint endPoint, int backlog, bool reusePort) => ListenerDescriptor;

    public override IPEndPoint LocalEndPoint(int descriptor) => new(IPAddress.Loopback, 1);

    public override int Accept(int listener)
    {
        if (_toAccept == 0)
        {
            return -Errno.Again;
        }

        _toAccept--;
        return _keys.Count;
    }

    public override int Connect(IPEndPoint remote, IPEndPoint? local) => throw new NotSupportedException();

    public override int ConnectOutcome(int descriptor) => throw new NotSupportedException();

    public override int Receive(int descriptor, Span<byte> destination)
    {
        if (!_input.TryPeek(out (int Descriptor, byte[] Bytes) next) || next.Descriptor != descriptor)
        {
            return -Errno.Again;
        }

        byte[] bytes = _input.Dequeue().Bytes;
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    public override int Send(int descriptor, ReadOnlySpan<byte> source)
    {
        BytesSent += source.Length;
        return source.Length;
    }

    public override int ShutdownSend(int descriptor) => 0;

    public override void Close(int descriptor)
    {
    }
}
