using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Node.Load.Net;

namespace Node.Load.Million;

/// <summary>The descriptors of a crowd on one epoll instance, edge-triggered. One thread only.</summary>
internal sealed unsafe class CrowdSockets : IDisposable
{
    private const int EventCapacity = 512;

    private readonly int _epoll;
    private readonly byte* _ready = (byte*)NativeMemory.Alloc((nuint)(EventCapacity * Libc.EventSize));

    /// <exception cref="InvalidOperationException">There is no epoll.</exception>
    public CrowdSockets()
    {
        _epoll = Libc.EpollCreate(Libc.EpollCloseOnExec);
        if (_epoll < 0)
        {
            throw new InvalidOperationException($"epoll_create1 failed, errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Starts to connect, watched under a number.</summary>
    /// <returns>The descriptor; -errno where the kernel refuses at once.</returns>
    public int Connect(uint source, IPAddress node, int number)
    {
        int fd = Libc.Socket(Libc.AddressFamilyInet, Libc.StreamNonBlockingCloseOnExec, 0);
        if (fd < 0)
        {
            return -Marshal.GetLastPInvokeError();
        }

        int on = 1;
        long lingerZero = 1;
        _ = Libc.SetOption(fd, Libc.LevelTcp, Libc.NoDelay, &on, sizeof(int));

        // Closing resets: neither side keeps the port in TIME_WAIT.
        _ = Libc.SetOption(fd, Libc.LevelSocket, Libc.Linger, &lingerZero, sizeof(long));
        _ = Libc.SetOption(fd, Libc.LevelIp, Libc.BindAddressNoPort, &on, sizeof(int));
        Libc.InternetAddress from = AddressOf(source, 0);
        Libc.InternetAddress to = AddressOf(BinaryPrimitives.ReadUInt32BigEndian(node.GetAddressBytes()), CrowdPlan.ClientPort);
        byte* watch = stackalloc byte[16];
        Unsafe.WriteUnaligned(watch, Libc.In | Libc.Out | Libc.PeerHangUp | Libc.EdgeTriggered);
        Unsafe.WriteUnaligned(watch + Libc.EventDataOffset, (ulong)number);
        bool isOnItsWay = Libc.Bind(fd, &from, (uint)sizeof(Libc.InternetAddress)) == 0
            && (Libc.Connect(fd, &to, (uint)sizeof(Libc.InternetAddress)) == 0 || Marshal.GetLastPInvokeError() == Libc.ErrorInProgress)
            && Libc.EpollControl(_epoll, Libc.ControlAdd, fd, watch) == 0;
        if (isOnItsWay)
        {
            return fd;
        }

        int error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        return -error;
    }

    /// <summary>Waits for readiness, and tells of each descriptor by its number.</summary>
    public void Turn(int timeoutMilliseconds, Action<int, uint> serve)
    {
        int count = Libc.EpollWait(_epoll, _ready, EventCapacity, timeoutMilliseconds);
        byte* at = _ready;
        for (int i = 0; i < count; i++, at += Libc.EventSize)
        {
            serve((int)Unsafe.ReadUnaligned<ulong>(at + Libc.EventDataOffset), Unsafe.ReadUnaligned<uint>(at));
        }
    }

    /// <returns>Bytes; 0: the peer has closed; -1: none there yet; -2: the connection is reset.</returns>
    public static int Receive(int fd, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint got = Libc.Receive(fd, start, (nuint)into.Length, Libc.MessageDontWaitNoSignal);
            return got >= 0 ? (int)got : Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted ? -1 : -2;
        }
    }

    public static void Close(int fd) => _ = Libc.Close(fd);

    public void Dispose()
    {
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_ready);
    }

    private static Libc.InternetAddress AddressOf(uint address, ushort port) => new()
    {
        Family = Libc.AddressFamilyInet,
        PortBigEndian = BinaryPrimitives.ReverseEndianness(port),
        AddressBigEndian = BinaryPrimitives.ReverseEndianness(address),
    };
}
