using System.Runtime.InteropServices;

namespace Node.Load.Net;

/// <summary>The few system calls of the client loop. Linux only.</summary>
internal static unsafe partial class Libc
{
    public const int AddressFamilyInet = 2;
    public const int StreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    public const int EpollCloseOnExec = 0x80000;
    public const int ControlAdd = 1;

    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint Error = 0x008;
    public const uint HangUp = 0x010;
    public const uint PeerHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    public const int LevelIp = 0;
    public const int BindAddressNoPort = 24;
    public const int LevelSocket = 1;
    public const int Linger = 13;
    public const int ReceiveBuffer = 8;
    public const int LevelTcp = 6;
    public const int NoDelay = 1;
    public const int MaxSegment = 2;

    public const int MessageDontWaitNoSignal = 0x40 | 0x4000;

    public const int ErrorInterrupted = 4;
    public const int ErrorAgain = 11;
    public const int ErrorInProgress = 115;

    /// <summary>Bytes of one <c>epoll_event</c>: packed on x86-64 and nowhere else.</summary>
    public static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Where the user data lies in an <c>epoll_event</c>.</summary>
    public static readonly int EventDataOffset = EventSize - sizeof(ulong);

    [StructLayout(LayoutKind.Sequential)]
    public struct InternetAddress
    {
        public ushort Family;
        public ushort PortBigEndian;
        public uint AddressBigEndian;
        public ulong Zero;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, InternetAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, InternetAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int capacity, int timeoutMilliseconds);
}
