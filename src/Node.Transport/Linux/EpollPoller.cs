using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Node.Transport.Linux;

/// <summary>Readiness from epoll(7), on raw descriptors; woken from other threads through an eventfd.</summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class EpollPoller : ReadinessPoller
{
    private const ulong WakeKey = ulong.MaxValue;
    private const int MaxEvents = 1024;

    // struct epoll_event { uint32_t events; epoll_data_t data; }: packed on x86, aligned elsewhere.
    private static readonly int DataOffset =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static readonly int EventSize = DataOffset + 8;

    private readonly int _epoll;
    private readonly SafeFileHandle _wake;
    private readonly SendRing? _ring;
    private readonly long _busyPollTicks;
    private byte* _events;

    /// <param name="batchFrom">
    /// Sends of a turn from which they are submitted as one, where the kernel has io_uring and lets us; 0 for never.
    /// </param>
    /// <param name="busyPoll">See <see cref="TransportOptions.BusyPoll"/>.</param>
    /// <exception cref="Win32Exception">The process is out of descriptors.</exception>
    public EpollPoller(int batchFrom = 0, TimeSpan busyPoll = default)
    {
        _busyPollTicks = (long)(busyPoll.TotalSeconds * Stopwatch.Frequency);
        _epoll = Check(Libc.EpollCreate(Libc.EpollCloexec));
        _wake = new SafeFileHandle(Check(Libc.EventFd(0, Libc.EventfdNonblockCloexec)), ownsHandle: true);
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * EventSize));
        Check(Add((int)_wake.DangerousGetHandle(), WakeKey, Readiness.Readable));
        string? refusal = null;
        _ring = batchFrom > 0 ? SendRing.TryCreate(batchFrom, out refusal) : null;
        BatchRefusal = refusal;
    }

    /// <inheritdoc/>
    public override SendBatch? Batch => _ring;

    /// <inheritdoc/>
    public override string? BatchRefusal { get; }

    /// <inheritdoc/>
    public override long Milliseconds => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);

    /// <inheritdoc/>
    public override int Wait(Span<PollEvent> events, int timeoutMs)
    {
        int most = Math.Min(events.Length, MaxEvents);
        int ready = _busyPollTicks > 0 && timeoutMs != 0 ? PollBusily(most, timeoutMs) : 0;
        if (ready == 0)
        {
            ready = Libc.EpollWait(_epoll, _events, most, timeoutMs);
        }

        int filled = 0;
        for (int i = 0; i < ready; i++)
        {
            byte* source = _events + (i * EventSize);
            ulong key = *(ulong*)(source + DataOffset);
            if (key == WakeKey)
            {
                ulong count;
                Libc.Read((int)_wake.DangerousGetHandle(), (byte*)&count, sizeof(ulong));
                continue;
            }

            events[filled++] = new PollEvent(key, FromEpoll(*(uint*)source));
        }

        return filled;
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        // Counted, because a late wake-up after the end would write eight bytes into whatever file has the number by then.
        bool held = false;
        try
        {
            _wake.DangerousAddRef(ref held);
            ulong one = 1;
            Libc.Write((int)_wake.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended.
        }
        finally
        {
            if (held)
            {
                _wake.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public override int Add(int descriptor, ulong key, Readiness interest) =>
        Control(Libc.EpollCtlAdd, descriptor, key, interest);

    /// <inheritdoc/>
    public override int Modify(int descriptor, ulong key, Readiness interest) =>
        Control(Libc.EpollCtlMod, descriptor, key, interest);

    /// <inheritdoc/>
    public override int Remove(int descriptor) => Control(Libc.EpollCtlDel, descriptor, 0, Readiness.None);

    /// <inheritdoc/>
    public override int Listen(IPEndPoint endPoint, int backlog, bool reusePort)
    {
        int descriptor = Libc.Socket(Domain(endPoint), Libc.SockStreamNonblockCloexec, 0);
        if (descriptor < 0)
        {
            return Result(-1);
        }

        SetOption(descriptor, Libc.SolSocket, Libc.SoReuseAddr, 1);
        if (reusePort)
        {
            SetOption(descriptor, Libc.SolSocket, Libc.SoReusePort, 1);
        }

        // Accepted sockets inherit it from the listener: one call here instead of one a connection.
        SetOption(descriptor, Libc.IpProtoTcp, Libc.TcpNoDelay, 1);
        SocketAddress address = endPoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            if (Libc.Bind(descriptor, bytes, address.Size) < 0 || Libc.Listen(descriptor, backlog) < 0)
            {
                return CloseAfterError(descriptor);
            }
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint(int descriptor)
    {
        var address = new SocketAddress(AddressFamily.InterNetworkV6);
        int length = address.Size;
        fixed (byte* bytes = address.Buffer.Span)
        {
            Check(Libc.GetSockName(descriptor, bytes, &length));
        }

        IPEndPoint shape = new(address.Family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        address.Size = length;
        return (IPEndPoint)shape.Create(address);
    }

    /// <inheritdoc/>
    public override int Accept(int listener) =>
        Result(Libc.Accept4(listener, null, null, Libc.SockNonblockCloexec));

    /// <inheritdoc/>
    public override int Connect(IPEndPoint remote, IPEndPoint? local)
    {
        int descriptor = Libc.Socket(Domain(remote), Libc.SockStreamNonblockCloexec, 0);
        if (descriptor < 0)
        {
            return Result(-1);
        }

        SetOption(descriptor, Libc.IpProtoTcp, Libc.TcpNoDelay, 1);
        if (local is not null)
        {
            // The port is chosen at connect, by the whole four-tuple: else one address has 28,000 ports for all targets.
            SetOption(descriptor, Libc.IpProtoIp, Libc.IpBindAddressNoPort, 1);
            SocketAddress from = local.Serialize();
            fixed (byte* bytes = from.Buffer.Span)
            {
                if (Libc.Bind(descriptor, bytes, from.Size) < 0)
                {
                    return CloseAfterError(descriptor);
                }
            }
        }

        SocketAddress to = remote.Serialize();
        fixed (byte* bytes = to.Buffer.Span)
        {
            if (Libc.Connect(descriptor, bytes, to.Size) < 0 && Marshal.GetLastPInvokeError() != Errno.InProgress)
            {
                return CloseAfterError(descriptor);
            }
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public override int ConnectOutcome(int descriptor)
    {
        int error;
        int length = sizeof(int);
        return Libc.GetSockOpt(descriptor, Libc.SolSocket, Libc.SoError, &error, &length) < 0 ? Result(-1) : -error;
    }

    /// <inheritdoc/>
    public override int Receive(int descriptor, Span<byte> destination)
    {
        fixed (byte* bytes = destination)
        {
            var received = (int)Libc.SystemCall(Libc.SysRecvFrom, descriptor, bytes, destination.Length, 0, 0, 0);
            return received >= 0 ? received : -Marshal.GetLastSystemError();
        }
    }

    /// <inheritdoc/>
    public override int Send(int descriptor, ReadOnlySpan<byte> source)
    {
        fixed (byte* bytes = source)
        {
            return Send(descriptor, bytes, source.Length);
        }
    }

    /// <inheritdoc/>
    public override int ShutdownSend(int descriptor) => Result(Libc.Shutdown(descriptor, Libc.ShutWr));

    /// <inheritdoc/>
    public override void Close(int descriptor) => Libc.Close(descriptor);

    /// <inheritdoc cref="ReadinessPoller.Send"/>
    internal static int Send(int descriptor, byte* bytes, int length)
    {
        var sent = (int)Libc.SystemCall(Libc.SysSendTo, descriptor, bytes, length, Libc.MsgNoSignal, 0, 0);
        return sent >= 0 ? sent : -Marshal.GetLastSystemError();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_events is not null)
        {
            NativeMemory.Free(_events);
            _events = null;
            _wake.Dispose();
            _ring?.Dispose();
            Libc.Close(_epoll);
        }

        base.Dispose(disposing);
    }

    private static Readiness FromEpoll(uint events)
    {
        Readiness readiness = (events & Libc.EpollIn) != 0 ? Readiness.Readable : Readiness.None;
        if ((events & Libc.EpollOut) != 0)
        {
            readiness |= Readiness.Writable;
        }

        if ((events & Libc.EpollRdHup) != 0)
        {
            readiness |= Readiness.Ended;
        }

        return (events & (Libc.EpollErr | Libc.EpollHup)) != 0 ? readiness | Readiness.Broken : readiness;
    }

    private static uint ToEpoll(Readiness interest)
    {
        uint events = (interest & Readiness.Readable) != 0 ? Libc.EpollIn : 0;
        if ((interest & Readiness.Writable) != 0)
        {
            events |= Libc.EpollOut;
        }

        return (interest & Readiness.Edge) != 0 ? events | Libc.EpollRdHup | Libc.EpollEt : events;
    }

    private static int Domain(IPEndPoint endPoint) =>
        endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2;

    private static void SetOption(int descriptor, int level, int name, int value) =>
        Libc.SetSockOpt(descriptor, level, name, &value, sizeof(int));

    private static int Result(int result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    private static int CloseAfterError(int descriptor)
    {
        int result = Result(-1);
        Libc.Close(descriptor);
        return result;
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <summary>Looks again and again for a while: who does not sleep need not be woken.</summary>
    private int PollBusily(int most, int timeoutMs)
    {
        long started = Stopwatch.GetTimestamp();
        long ticks = timeoutMs < 0 ? _busyPollTicks : Math.Min(_busyPollTicks, timeoutMs * (Stopwatch.Frequency / 1000));
        int ready;
        do
        {
            ready = Libc.EpollWait(_epoll, _events, most, 0);
        }
        while (ready == 0 && Stopwatch.GetTimestamp() - started < ticks);

        return ready;
    }

    private int Control(int operation, int descriptor, ulong key, Readiness interest)
    {
        byte* epollEvent = stackalloc byte[EventSize];
        *(uint*)epollEvent = ToEpoll(interest);
        *(ulong*)(epollEvent + DataOffset) = key;
        return Result(Libc.EpollCtl(_epoll, operation, descriptor, epollEvent));
    }
}
