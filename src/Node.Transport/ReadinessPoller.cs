using System.Net;

namespace Node.Transport;

/// <summary>
/// A poller over raw, non-blocking descriptors, with the system calls that go with them. This class is the seam under the
/// loop: <c>EpollPoller</c> is the kernel's side, the tests' simulation with a seed is the other.
/// All members: loop thread only.
/// </summary>
/// <remarks>
/// Calls that can fail return the count or descriptor when it is not negative, else minus the errno
/// (<see cref="Errno"/>), the way the kernel itself does: an error on this path is common and must not cost an exception.
/// Interest is level-triggered unless it says <see cref="Readiness.Edge"/>: then what stays ready is told of only once, until
/// something new comes or <see cref="Modify"/> asks again. A read that gives less than it had room for has emptied the
/// socket; what comes after it is new.
/// </remarks>
public abstract class ReadinessPoller : Poller
{
    /// <summary>Takes many sends at once; null where there is no such thing.</summary>
    public virtual SendBatch? Batch => null;

    /// <summary>Why there is no <see cref="Batch"/> although one was asked for, in words.</summary>
    public virtual string? BatchRefusal => null;

    /// <summary>Starts to watch a descriptor. Its events carry <paramref name="key"/>.</summary>
    public abstract int Add(int descriptor, ulong key, Readiness interest);

    public abstract int Modify(int descriptor, ulong key, Readiness interest);

    public abstract int Remove(int descriptor);

    /// <summary>A listening descriptor, bound and non-blocking, whose accepted sockets have Nagle off.</summary>
    public abstract int Listen(IPEndPoint endPoint, int backlog, bool reusePort);

    /// <summary>The address that a listening descriptor is bound to (with port 0, the port it got).</summary>
    public abstract IPEndPoint LocalEndPoint(int descriptor);

    public abstract int Accept(int listener);

    /// <summary>Starts to connect: the descriptor becomes writable when the outcome is there.</summary>
    public abstract int Connect(IPEndPoint remote, IPEndPoint? local);

    /// <summary>The outcome of <see cref="Connect"/>: 0, or minus the errno.</summary>
    public abstract int ConnectOutcome(int descriptor);

    /// <summary>Reads what is there: 0 at the end of the stream, minus EAGAIN when nothing is.</summary>
    public abstract int Receive(int descriptor, Span<byte> destination);

    /// <summary>Writes what the socket takes, which may be less than all of it.</summary>
    public abstract int Send(int descriptor, ReadOnlySpan<byte> source);

    /// <summary>Says that nothing more will be sent (FIN).</summary>
    public abstract int ShutdownSend(int descriptor);

    public abstract void Close(int descriptor);
}
