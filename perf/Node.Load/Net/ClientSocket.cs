using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Node.Load.Net;

/// <summary>Sockets as bare descriptors, non-blocking.</summary>
internal static unsafe class ClientSocket
{
    /// <summary>Starts to connect; writability tells that it is done.</summary>
    /// <param name="server">An IPv4 address and port.</param>
    /// <param name="source">Connects from 127.0.0.<paramref name="source"/>; 0 lets the kernel pick.</param>
    /// <param name="segment">Most bytes of a segment; 0: what the path allows, 64 KiB on loopback.</param>
    /// <param name="receiveBuffer">Bytes that wait in the kernel, about; 0: as many as it finds fit.</param>
    /// <exception cref="InvalidOperationException">No descriptor or no port is left.</exception>
    public static int Connect(IPEndPoint server, int source, int segment = 0, int receiveBuffer = 0)
    {
        int fd = Libc.Socket(Libc.AddressFamilyInet, Libc.StreamNonBlockingCloseOnExec, 0);
        if (fd < 0)
        {
            throw new InvalidOperationException(
                $"No descriptor for a connection (errno {Marshal.GetLastPInvokeError()}); use more --processes.");
        }

        int on = 1;
        _ = Libc.SetOption(fd, Libc.LevelTcp, Libc.NoDelay, &on, sizeof(int));

        if (segment > 0)
        {
            _ = Libc.SetOption(fd, Libc.LevelTcp, Libc.MaxSegment, &segment, sizeof(int));
        }

        if (receiveBuffer > 0)
        {
            _ = Libc.SetOption(fd, Libc.LevelSocket, Libc.ReceiveBuffer, &receiveBuffer, sizeof(int));
        }

        // Closing resets: neither side keeps the port in TIME_WAIT after the close frames were exchanged.
        long lingerZero = 1;
        _ = Libc.SetOption(fd, Libc.LevelSocket, Libc.Linger, &lingerZero, sizeof(long));
        if (source > 0)
        {
            // The port is picked at connect, so that one port serves many (source, destination) pairs.
            _ = Libc.SetOption(fd, Libc.LevelIp, Libc.BindAddressNoPort, &on, sizeof(int));
            Libc.InternetAddress from = AddressOf(0x7F000000u + (uint)source, 0);
            _ = Libc.Bind(fd, &from, (uint)sizeof(Libc.InternetAddress));
        }

        Libc.InternetAddress to = AddressOf(
            BinaryPrimitives.ReadUInt32BigEndian(server.Address.GetAddressBytes()), (ushort)server.Port);
        if (Libc.Connect(fd, &to, (uint)sizeof(Libc.InternetAddress)) != 0 &&
            Marshal.GetLastPInvokeError() is var error and not Libc.ErrorInProgress)
        {
            _ = Libc.Close(fd);
            throw new InvalidOperationException($"connect failed, errno {error}; are there ports left (--sources)?");
        }

        return fd;
    }

    /// <summary>Asks for a receive buffer of one byte; the kernel gives its least, some 2 KB.</summary>
    public static void NarrowReceiveBuffer(int fd)
    {
        int bytes = 1;
        _ = Libc.SetOption(fd, Libc.LevelSocket, Libc.ReceiveBuffer, &bytes, sizeof(int));
    }

    /// <summary>Returns the bytes taken, 0 when the socket is full, -1 when the connection is lost.</summary>
    public static int TrySend(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            nint sent = Libc.Send(fd, start, (nuint)data.Length, Libc.MessageDontWaitNoSignal);
            if (sent >= 0)
            {
                return (int)sent;
            }
        }

        // A loss is reported once, by the read that the hang-up event brings.
        return Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted ? 0 : -1;
    }

    private static Libc.InternetAddress AddressOf(uint address, ushort port) => new()
    {
        Family = Libc.AddressFamilyInet,
        PortBigEndian = BinaryPrimitives.ReverseEndianness(port),
        AddressBigEndian = BinaryPrimitives.ReverseEndianness(address),
    };
}
