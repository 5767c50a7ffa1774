using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Node.Transport.Linux;

/// <summary>
/// Has a new ring send into a socket that cannot take it all. Versions and feature bits do not say what becomes of a short send
/// whose completion may be skipped, and silence about one would lose bytes: so the kernel itself is asked.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class SendRingTrial
{
    private const int SendBufferBytes = 4096;
    private const int TooManyBytes = 256 * 1024;

    /// <returns>Null when the ring does as it should, else what it does not, in words.</returns>
    public static string? Run(SendRing ring)
    {
        int* pair = stackalloc int[2];
        if (Libc.SocketPair(Libc.AfUnix, Libc.SockStreamNonblockCloexec, 0, pair) < 0)
        {
            return $"io_uring: no sockets to try it on, errno {Marshal.GetLastPInvokeError()}";
        }

        try
        {
            int size = SendBufferBytes;
            Libc.SetSockOpt(pair[0], Libc.SolSocket, Libc.SoSendBuffer, &size, sizeof(int));
            return Judge(ring, pair[0]);
        }
        finally
        {
            Libc.Close(pair[0]);
            Libc.Close(pair[1]);
        }
    }

    /// <summary>One send that fits, one that is cut short, and one into the full socket: the first is silent, the others are not.</summary>
    private static string? Judge(SendRing ring, int socket)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(TooManyBytes, pinned: true);
        ring.Add(socket, bytes.AsSpan(0, 1));
        ring.Add(socket, bytes);
        ring.Add(socket, bytes.AsSpan(0, 1));
        Span<SendOutcome> outcomes = stackalloc SendOutcome[3];
        int count = ring.Submit(outcomes);
        bool sound = count == 2
            && outcomes[0] is { Index: 1, Sent: > 0 and < TooManyBytes }
            && outcomes[1] is { Index: 2, Sent: -Errno.Again };
        return sound ? null : $"io_uring: this kernel does not tell of short sends ({count} of 2 told)";
    }
}
