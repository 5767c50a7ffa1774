using System.Net;
using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>
/// The kernel as a seed wants it: sockets, readiness and time under one <see cref="EventLoop"/>, without a thread. The test drives
/// <see cref="EventLoop.Turn"/>, plays the peers through <see cref="SimulatedSocket"/>, and owns the clock.
/// </summary>
/// <remarks>
/// It keeps to what a kernel may do, at its worst: reads and writes of any length, EAGAIN and EINTR after readiness,
/// readiness late, in any order and for nothing, errors from accept. What a program must not do (using a closed descriptor, closing one
/// twice, watching one twice, closing one that is in a batch) throws.
/// </remarks>
public sealed class SimulatedPoller(Random random, SimulatedFaults faults) : ReadinessPoller
{
    private const int FirstDescriptor = 3;

    private readonly List<SimulatedSocket?> _descriptors = [];
    private readonly List<SimulatedSocket> _ready = [];
    private SimulatedBatch? _batch;
    private long _now = 1_000;
    private int _nextPort = 40_000;

    public override long Milliseconds => Volatile.Read(ref _now);

    /// <summary>Chances of trouble; may be changed at any time, also to none, to let everything settle.</summary>
    public SimulatedFaults Faults { get; set; } = faults;

    /// <inheritdoc/>
    public override SendBatch? Batch =>
        Faults.BatchFrom == 0 ? null : _batch ??= new SimulatedBatch(this, random, Faults.BatchFrom, Faults.BatchCapacity);

    /// <summary>Descriptors in use, listeners included.</summary>
    public int OpenDescriptors => _descriptors.Count(socket => socket is not null);

    /// <summary>How often <see cref="Wake"/> was called.</summary>
    public int Wakes { get; private set; }

    /// <summary>The timeout of the last <see cref="Wait"/>.</summary>
    public int LastTimeout { get; private set; }

    /// <summary>Every system call that was made, failed ones included.</summary>
    public long Calls { get; private set; }

    public void Advance(long milliseconds) => _now += milliseconds;

    /// <summary>A peer connects: its socket waits in the backlog of the first listener until it is accepted.</summary>
    public SimulatedSocket ConnectPeer()
    {
        var socket = new SimulatedSocket(random, Faults.SendBufferBytes);
        Listeners().First().Backlog.Enqueue(socket);
        return socket;
    }

    /// <summary>The socket that <see cref="Accept"/> gave last: in the accepted callback, the peer of that connection.</summary>
    public SimulatedSocket? LastAccepted { get; private set; }

    /// <summary>The socket that <see cref="Connect"/> made last, for the test to play its peer.</summary>
    public SimulatedSocket? LastConnected { get; private set; }

    public override int Wait(Span<PollEvent> events, int timeoutMs)
    {
        LastTimeout = timeoutMs;
        _ready.Clear();
        foreach (SimulatedSocket? socket in _descriptors)
        {
            // A socket that connects is not told of for nothing: its outcome could not be told from none yet.
            if (socket is { IsWatched: true } &&
                (ReadinessOf(socket) != Readiness.None || (!socket.IsConnecting && Happens(Faults.Spurious))))
            {
                _ready.Add(socket);
            }
        }

        SimulatedSocket[] order = [.. _ready];
        random.Shuffle(order);
        int filled = 0;
        foreach (SimulatedSocket socket in order)
        {
            Readiness readiness = ReadinessOf(socket);
            if (readiness == Readiness.None)
            {
                readiness = socket.Interest & (Readiness.Readable | Readiness.Writable);
            }

            if (readiness != Readiness.None && filled < events.Length && !Happens(Faults.Late))
            {
                socket.HasEdge = false;
                events[filled++] = new PollEvent(socket.Key, readiness);
            }
        }

        return filled;
    }

    public override void Wake() => Wakes++;

    public override int Add(int descriptor, ulong key, Readiness interest)
    {
        SimulatedSocket socket = Open(descriptor);
        if (socket.IsWatched)
        {
            throw new InvalidOperationException($"descriptor {descriptor} is watched already");
        }

        if (socket.Listening is null && Happens(Faults.AddFails))
        {
            return -Errno.OutOfMemory;
        }

        (socket.IsWatched, socket.Key, socket.Interest, socket.HasEdge) = (true, key, interest, true);
        return 0;
    }

    public override int Modify(int descriptor, ulong key, Readiness interest)
    {
        SimulatedSocket socket = Open(descriptor);
        (socket.Key, socket.Interest, socket.HasEdge) = (key, interest, true);
        return 0;
    }

    public override int Remove(int descriptor)
    {
        Open(descriptor).IsWatched = false;
        return 0;
    }

    public override int Listen(IPEndPoint endPoint, int backlog, bool reusePort)
    {
        int port = endPoint.Port == 0 ? _nextPort++ : endPoint.Port;
        return Allocate(new SimulatedSocket(random, 0) { Listening = new IPEndPoint(endPoint.Address, port) });
    }

    public override IPEndPoint LocalEndPoint(int descriptor) => Open(descriptor).Listening!;

    public override int Accept(int listener)
    {
        SimulatedSocket socket = Open(listener);
        if (socket.Backlog.Count == 0 || Happens(Faults.Again))
        {
            return -Errno.Again;
        }

        if (Faults.AcceptError is { } always)
        {
            return -always;
        }

        if (Happens(Faults.AcceptFails))
        {
            int[] errors = [Errno.TooManyFiles, Errno.ConnectionAborted, Errno.NoBuffers, Errno.Protocol];
            return -errors[random.Next(errors.Length)];
        }

        LastAccepted = socket.Backlog.Dequeue();
        return Allocate(LastAccepted);
    }

    public override int Connect(IPEndPoint remote, IPEndPoint? local)
    {
        LastConnected = new SimulatedSocket(random, Faults.SendBufferBytes) { IsConnecting = true };
        return Allocate(LastConnected);
    }

    public override int ConnectOutcome(int descriptor)
    {
        SimulatedSocket socket = Open(descriptor);
        return socket.IsReset ? -Errno.ConnectionReset : 0;
    }

    public override int Receive(int descriptor, Span<byte> destination)
    {
        SimulatedSocket socket = Open(descriptor);
        if (Happens(Faults.Again))
        {
            // What is there counts as come after this call.
            socket.HasEdge = true;
            return Happens(0.5) ? -Errno.Again : -Errno.Interrupted;
        }

        return socket.ReceiveFromPeer(destination, Happens(Faults.Short));
    }

    public override int Send(int descriptor, ReadOnlySpan<byte> source)
    {
        SimulatedSocket socket = Open(descriptor);
        if (Happens(Faults.Again))
        {
            return Happens(0.5) ? -Errno.Again : -Errno.Interrupted;
        }

        return socket.SendToPeer(source, Happens(Faults.Short));
    }

    public override int ShutdownSend(int descriptor) => Open(descriptor).EndToPeer();

    public override void Close(int descriptor)
    {
        Open(descriptor).CloseByServer();
        if (_batch is not null && _batch.Contains(descriptor))
        {
            throw new InvalidOperationException($"descriptor {descriptor} is closed while a batch has a send for it");
        }

        _descriptors[descriptor - FirstDescriptor] = null;
    }

    private static Readiness ReadinessOf(SimulatedSocket socket)
    {
        // As epoll does: what is broken is told whether or not it was asked for.
        Readiness readiness = socket.Readiness;
        if ((socket.Interest & Readiness.Edge) == 0)
        {
            return readiness & (socket.Interest | Readiness.Broken);
        }

        return socket.HasEdge ? readiness & (socket.Interest | Readiness.Broken | Readiness.Ended) : Readiness.None;
    }

    private bool Happens(double chance) => chance > 0 && random.NextDouble() < chance;

    private IEnumerable<SimulatedSocket> Listeners() => _descriptors.OfType<SimulatedSocket>().Where(s => s.Listening is not null);

    /// <summary>The lowest free number, as in the kernel: a closed one comes back at once, when mistakes hurt most.</summary>
    private int Allocate(SimulatedSocket socket)
    {
        int index = _descriptors.IndexOf(null);
        if (index < 0)
        {
            index = _descriptors.Count;
            _descriptors.Add(null);
        }

        _descriptors[index] = socket;
        return index + FirstDescriptor;
    }

    private SimulatedSocket Open(int descriptor)
    {
        Calls++;
        int index = descriptor - FirstDescriptor;
        return index >= 0 && index < _descriptors.Count && _descriptors[index] is { } socket
            ? socket
            : throw new InvalidOperationException($"descriptor {descriptor} is not open");
    }
}
