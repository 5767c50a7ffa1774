using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Node.Load.Net;

/// <summary>
/// Many WebSocket client connections on one thread and one epoll instance. One thread only.
/// </summary>
/// <remarks>
/// Edge-triggered, with reading and writing asked for once: no <c>epoll_ctl</c> call after the first one of a
/// connection. A short read says that the socket is drained, so that a message costs one recv.
/// </remarks>
internal sealed unsafe class ClientLoop : IDisposable
{
    private const int ScratchSize = 256 * 1024;
    private const int EventCapacity = 1024;

    private readonly IClientEvents _events;
    private readonly int _sources;
    private readonly int _epoll;
    private readonly string _host;
    private readonly byte* _scratch = (byte*)NativeMemory.Alloc(ScratchSize);
    private readonly byte* _ready = (byte*)NativeMemory.Alloc((nuint)(EventCapacity * Libc.EventSize));
    private readonly List<Client> _clients = [];
    private readonly Stack<Client> _free = new();
    private readonly Inflater _inflater = new();
    private readonly IPEndPoint _server;
    private int _nextSource;

    /// <param name="server">An IPv4 address and port.</param>
    /// <param name="sources">From how many of 127.0.0.1, 127.0.0.2, … to connect; 0 lets the kernel pick.</param>
    /// <param name="events">Hears of everything that happens.</param>
    /// <exception cref="InvalidOperationException">There is no epoll, or no descriptor for one.</exception>
    public ClientLoop(IPEndPoint server, int sources, IClientEvents events)
    {
        _events = events;
        _sources = sources;
        _host = server.ToString();
        _server = server;
        _epoll = Libc.EpollCreate(Libc.EpollCloseOnExec);
        if (_epoll < 0)
        {
            throw new InvalidOperationException($"epoll_create1 failed, errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>
    /// Most bytes of a TCP segment; 0: what loopback allows, 64 KiB. The kernel reckons a socket's buffers in segments: with those of a network
    /// they are as small as on one, and a client that does not read is noticed after 100 KB, not after megabytes.
    /// </summary>
    public int Segment { get; init; }

    /// <summary>Bytes that wait in the kernel for a connection that is not read, about; 0: as many as it finds fit, which may be megabytes.</summary>
    public int ReceiveBuffer { get; init; }

    /// <summary>Speaks TLS; see <see cref="ClientTls"/>.</summary>
    public bool Tls { get; init; }

    /// <summary>Offers permessage-deflate, and takes no for a fault. What is sent leaves uncompressed, as it may.</summary>
    public bool Deflate { get; init; }

    /// <summary>Data frames that came uncompressed although compression was agreed on.</summary>
    public long Uncompressed { get; private set; }

    /// <summary>When the read was made whose frames are being reported, in <see cref="Stopwatch"/> ticks.</summary>
    public long ReadAt { get; private set; }

    /// <summary>Starts a connection; <see cref="IClientEvents"/> tells how it ends.</summary>
    /// <exception cref="InvalidOperationException">No descriptor or no port is left.</exception>
    public Client Open(string target)
    {
        int source = _sources > 0 ? 1 + (_nextSource++ % _sources) : 0;
        int fd = ClientSocket.Connect(_server, source, Segment, ReceiveBuffer);
        if (!_free.TryPop(out Client? client))
        {
            client = new Client(_clients.Count);
            _clients.Add(client);
        }

        client.Descriptor = fd;
        client.Session = Tls ? ClientTls.Open(fd) : 0;
        client.State = ClientState.Connecting;
        client.IsSilent = false;
        client.CloseCode = 0;
        client.Target = target;
        client.OpenedAt = Stopwatch.GetTimestamp();

        byte* watch = stackalloc byte[16];
        Unsafe.WriteUnaligned(watch, Libc.In | Libc.Out | Libc.PeerHangUp | Libc.EdgeTriggered);
        Unsafe.WriteUnaligned(watch + Libc.EventDataOffset, (ulong)client.Index);
        if (Libc.EpollControl(_epoll, Libc.ControlAdd, fd, watch) != 0)
        {
            throw new InvalidOperationException($"epoll_ctl failed, errno {Marshal.GetLastPInvokeError()}.");
        }

        return client;
    }

    /// <summary>Sends now; what the socket does not take goes out as soon as it can.</summary>
    public void Send(Client client, ReadOnlySpan<byte> data)
    {
        if (client.Unsent.Length > 0)
        {
            client.Unsent.Append(data);
            return;
        }

        int sent = TrySend(client, data);
        if (sent >= 0 && sent < data.Length)
        {
            client.Unsent.Append(data[sent..]);
        }
    }

    /// <summary>Answers a ping; without one, RFC 6455, 5.5.3, it is a sign of life.</summary>
    public void Pong(Client client, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[ClientFrame.MaxHeader + ServerFrame.MaxControlPayload];
        Send(client, frame[..ClientFrame.Write(frame, ServerFrame.Pong, payload)]);
    }

    /// <summary>Reads no more from a connection.</summary>
    public static void Silence(Client client) => client.IsSilent = true;

    /// <summary>Reads on, what has waited first. Not from within a report of this loop.</summary>
    public void Resume(Client client)
    {
        if (client.IsSilent)
        {
            client.IsSilent = false;

            // Whatever was to be told of it has been told while nobody listened: a short read is not the end here.
            Receive(client, toTheEnd: true);
        }
    }

    /// <summary>Ends a connection without a word. Not from within a report of this loop.</summary>
    public void Abort(Client client)
    {
        if (client.State != ClientState.Closed)
        {
            Drop(client, fault: null);
        }
    }

    /// <summary>Says goodbye with 1000 and waits for the server's close frame.</summary>
    public void Close(Client client)
    {
        client.State = ClientState.Closing;
        Send(client, ClientFrame.Create(ServerFrame.Close, [0x03, 0xE8]));
    }

    /// <summary>Waits for readiness, at most <paramref name="timeoutMilliseconds"/>, and serves it.</summary>
    public void Turn(int timeoutMilliseconds)
    {
        int count = Libc.EpollWait(_epoll, _ready, EventCapacity, timeoutMilliseconds);
        byte* at = _ready;
        for (int i = 0; i < count; i++, at += Libc.EventSize)
        {
            uint events = Unsafe.ReadUnaligned<uint>(at);
            Client client = _clients[(int)Unsafe.ReadUnaligned<ulong>(at + Libc.EventDataOffset)];
            if (client.State != ClientState.Closed)
            {
                Serve(client, events);
            }
        }
    }

    public void Dispose()
    {
        foreach (Client client in _clients)
        {
            if (client.State != ClientState.Closed)
            {
                ReleaseSocket(client);
            }
        }

        _ = Libc.Close(_epoll);
        NativeMemory.Free(_scratch);
        NativeMemory.Free(_ready);
    }

    private void Serve(Client client, uint events)
    {
        if (client.State == ClientState.Connecting)
        {
            if ((events & (Libc.Error | Libc.HangUp)) != 0)
            {
                Drop(client, "the connection was refused");
                return;
            }

            if ((events & Libc.Out) == 0)
            {
                return;
            }

            client.State = ClientState.Upgrading;
            Send(client, Upgrade.CreateRequest(client.Target, _host, Deflate));
        }
        else if ((events & Libc.Out) != 0)
        {
            Flush(client);
        }

        if ((events & (Libc.In | Libc.PeerHangUp | Libc.HangUp | Libc.Error)) != 0)
        {
            Receive(client);
            if (client.Session != 0)
            {
                // What TLS could not send may have waited for what has come.
                Flush(client);
            }
        }
    }

    private static void Flush(Client client)
    {
        if (client.Unsent.Length > 0 && TrySend(client, client.Unsent.Bytes) is > 0 and var sent)
        {
            client.Unsent.DropFront(sent);
        }
    }

    private static int TrySend(Client client, ReadOnlySpan<byte> data) => client.Session == 0
        ? ClientSocket.TrySend(client.Descriptor, data)
        : ClientTls.TrySend(client.Session, data);

    /// <summary>Bytes that have come; 0: it has ended; -1: none now, or it is lost, which <paramref name="isLost"/> says.</summary>
    private static int TryReceive(Client client, byte* target, int room, out bool isLost)
    {
        if (client.Session != 0)
        {
            isLost = false;
            return ClientTls.Receive(client.Session, target, room);
        }

        nint got = Libc.Receive(client.Descriptor, target, (nuint)room, Libc.MessageDontWaitNoSignal);
        isLost = got < 0 && Marshal.GetLastPInvokeError() is not (Libc.ErrorAgain or Libc.ErrorInterrupted);
        return (int)got;
    }

    /// <summary>The outer method owns the errors; <see cref="Consume"/> owns the loop.</summary>
    private void Receive(Client client, bool toTheEnd = false)
    {
        while (client.State != ClientState.Closed && !client.IsSilent)
        {
            int kept = client.Unread.Length;
            client.Unread.Bytes.CopyTo(new Span<byte>(_scratch, ScratchSize));
            int room = ScratchSize - kept;
            int got = TryReceive(client, _scratch + kept, room, out bool isLost);
            if (got < 0 && !isLost)
            {
                return;
            }

            if (got <= 0)
            {
                Drop(client, got == 0 ? "the server hung up" : "the connection was reset");
                return;
            }

            ReadAt = Stopwatch.GetTimestamp();
            try
            {
                Consume(client, new ReadOnlySpan<byte>(_scratch, kept + got));
            }
            catch (ProtocolException fault)
            {
                Drop(client, fault.Message);
            }

            // TLS gives a record at a time, and may hold more.
            if (got < room && !toTheEnd && client.Session == 0)
            {
                return;
            }
        }
    }

    private void Consume(Client client, ReadOnlySpan<byte> data)
    {
        int at = 0;
        if (client.State == ClientState.Upgrading)
        {
            at = Upgrade.ReadResponse(data, Deflate);
            if (at > 0)
            {
                client.State = ClientState.Open;
                _events.OnOpened(client);
            }
        }

        while (client.State >= ClientState.Open && ServerFrame.TryRead(data[at..], out ServerFrame frame, Deflate))
        {
            at += frame.Size;
            OnFrame(client, frame);
        }

        if (client.State == ClientState.Closed)
        {
            return;
        }

        if (client.Unread.Length > 0)
        {
            client.Unread.Clear();
        }

        if (at < data.Length)
        {
            client.Unread.Append(data[at..]);
        }

        _events.OnRead(client);
    }

    private void OnFrame(Client client, in ServerFrame frame)
    {
        switch (frame.Opcode)
        {
            case ServerFrame.Ping:
                Pong(client, frame.Payload);
                _events.OnPing(client);
                break;
            case ServerFrame.Pong:
                break;
            case ServerFrame.Close when client.State == ClientState.Closing:
                Drop(client, fault: null);
                break;
            case ServerFrame.Close:
                client.CloseCode = frame.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(frame.Payload) : 1005;
                Drop(client, $"the server closed with {client.CloseCode}");
                break;
            default:
                OnData(client, frame);
                break;
        }
    }

    private void OnData(Client client, in ServerFrame frame)
    {
        if (!frame.IsDeflated)
        {
            Uncompressed += Deflate ? 1 : 0;
            _events.OnData(client, frame.IsFinal, frame.Payload);
            return;
        }

        _events.OnData(client, true, frame.IsFinal
            ? _inflater.Inflate(frame.Payload)
            : throw new ProtocolException("a compressed message in parts, which is not read here"));
    }

    private static void ReleaseSocket(Client client)
    {
        if (client.Session != 0)
        {
            ClientTls.Free(client.Session);
            client.Session = 0;
        }

        _ = Libc.Close(client.Descriptor);
    }

    private void Drop(Client client, string? fault)
    {
        ReleaseSocket(client);
        client.State = ClientState.Closed;
        client.Unread.Clear();
        client.Unheard.Clear();
        client.Unsent.Clear();
        _events.OnClosed(client, fault);
        _free.Push(client);
    }
}
