using System.Runtime.InteropServices;

namespace Node.Load.Net;

/// <summary>
/// TLS of the client's side on a non-blocking socket: OpenSSL's own session over the descriptor. One thread only.
/// </summary>
/// <remarks>
/// Reading and writing do the handshake by themselves as far as they can. Each session is a full handshake, none is resumed, and nobody's
/// certificate is checked: the servers' are their own authorities. An SslStream a connection would need a stream that never blocks
/// and a task for each wait.
/// </remarks>
internal static unsafe partial class ClientTls
{
    private const string Library = "libssl.so.3";
    private const int ErrorWantRead = 2;
    private const int ErrorWantWrite = 3;
    private const int ControlMode = 33;
    private const int ControlReadAhead = 41;
    private const int PartialWriteFromMovingBuffer = 1 | 2;

    private static readonly nint s_context = CreateContext();

    /// <exception cref="InvalidOperationException">OpenSSL has no memory for it.</exception>
    public static nint Open(int fd)
    {
        nint session = New(s_context);
        if (session == 0 || SetDescriptor(session, fd) != 1)
        {
            throw new InvalidOperationException("OpenSSL makes no session.");
        }

        SetConnectState(session);
        return session;
    }

    /// <summary>Bytes taken; fewer than there are, or 0: try again when something has come or gone; -1: the session is lost.</summary>
    public static int TrySend(nint session, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            // A call takes a record: while there is room nobody would call again for the rest, as no readiness comes.
            for (int taken = 0; ;)
            {
                int sent = Write(session, start + taken, data.Length - taken);
                if (sent <= 0)
                {
                    return MayGoOn(session, sent) ? taken : -1;
                }

                taken += sent;
                if (taken == data.Length)
                {
                    return taken;
                }
            }
        }
    }

    /// <summary>Bytes of at most one record; -1: none now; 0: the session has ended or is lost.</summary>
    public static int Receive(nint session, byte* target, int room)
    {
        int got = Read(session, target, room);
        return got > 0 ? got : MayGoOn(session, got) ? -1 : 0;
    }

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    public static partial void Free(nint session);

    private static bool MayGoOn(nint session, int result)
    {
        bool goesOn = GetError(session, result) is ErrorWantRead or ErrorWantWrite;
        if (!goesOn)
        {
            // The queue of errors is the thread's: what stays in it would be taken for the next session's.
            ClearErrors();
        }

        return goesOn;
    }

    private static nint CreateContext()
    {
        nint context = NewContext(Method());
        if (context == 0)
        {
            throw new InvalidOperationException("OpenSSL makes no context.");
        }

        _ = Control(context, ControlMode, PartialWriteFromMovingBuffer, 0);

        // A record's head and body in one read.
        _ = Control(context, ControlReadAhead, 1, 0);
        return context;
    }

    [LibraryImport(Library, EntryPoint = "TLS_client_method")]
    private static partial nint Method();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint Control(nint context, int command, nint value, nint pointer);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    private static partial nint New(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    private static partial int SetDescriptor(nint session, int fd);

    [LibraryImport(Library, EntryPoint = "SSL_set_connect_state")]
    private static partial void SetConnectState(nint session);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    private static partial int Read(nint session, byte* target, int room);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    private static partial int Write(nint session, byte* data, int length);

    [LibraryImport(Library, EntryPoint = "SSL_get_error")]
    private static partial int GetError(nint session, int result);

    [LibraryImport("libcrypto.so.3", EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();
}
