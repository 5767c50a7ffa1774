using System.Net;
using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>node:</c>: who this node is, where it listens, and its limits before a message is read.</summary>
public sealed record NodeSection
{
    [Setting("Name of this node, unique among all nodes. Empty: the machine's name.")]
    public string Id { get; init; } = "";

    [Setting("IP address that every port of the process is bound to. With authentication off, only a loopback address is " +
        "accepted, unless auth.allow_anonymous says otherwise.")]
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    [Setting("WebSocket and /health. 0: any free port.", Env = "HTTP_PORT", Max = "65535")]
    public int HttpPort { get; init; } = 8083;

    [Setting("gRPC, for the managers. 0: any free port.", Env = "GRPC_PORT", Max = "65535")]
    public int GrpcPort { get; init; } = 50052;

    [Setting("Event loops, one thread each. 0: one per core.", Max = "1024")]
    public int Loops { get; init; }

    [Setting("How bytes reach the loops: epoll on raw descriptors (Linux), the portable sockets, or auto: epoll where it is available, with sends in batches where io_uring is.")]
    public TransportKind Transport { get; init; } = TransportKind.Auto;

    [Setting("Each loop stays on one CPU (epoll alone). For machines that do nothing else, with the network's interrupts placed to match: tools/README.md.")]
    public bool PinLoops { get; init; }

    [Setting("Microseconds that a loop which has nothing to do looks for new input before it sleeps (epoll alone): who does not sleep need not be " +
        "woken, for a CPU that is never idle.", Max = "10000")]
    public int BusyPoll { get; init; }

    [Setting("Serve /echo, which returns every data message as it came: for conformance suites and benchmarks.")]
    public bool Echo { get; init; }

    [Setting("Open connections beyond which new ones are closed with 3005. 0, or too many: as many as the process's descriptors allow, less " +
        "4096 (fewer where the limit is small) for all else.", Hot = true)]
    public int MaxConnections { get; init; }

    [Setting("WebSockets taken a second, as when another node has died and its clients come at once; the rest is answered 503 with Retry-After, " +
        "each a time of its own. 0: no pace.", Hot = true, Max = "1000000")]
    public int AdmissionRate { get; init; }

    [Setting("WebSockets taken at once after a quiet time, before node.admission_rate holds. 0: those of a second.", Hot = true, Max = "1000000")]
    public int AdmissionBurst { get; init; }

    [Setting("Connections that the kernel holds for each listener until they are accepted.", Min = "1", Max = "65535")]
    public int Backlog { get; init; } = 4096;

    [Setting("Largest HTTP request head of a handshake; beyond it 431.", Hot = true, Bytes = true, Min = "1KiB", Max = "32KiB")]
    public int HeaderBytes { get; init; } = 8192;

    [Setting("From accept to the end of the handshake (TLS included).", Hot = true, Min = "100ms", Max = "5m")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("From the handshake to a named user (the connect message); then close 3003.", Hot = true, Min = "100ms", Max = "5m")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("At a stop: time for close frames and queued messages to leave before connections are cut.", Hot = true, Max = "10m")]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("Values of the Origin header that may connect, as https://host or https://host:port; * is any. A request without " +
        "the header is not from a browser's page and passes.", Hot = true)]
    public IReadOnlyList<string> AllowOrigins { get; init; } = ["*"];

    /// <summary><see cref="Id"/>, or the machine's name where that is empty.</summary>
    public string EffectiveId => Id.Length > 0 ? Id : Environment.MachineName;
}
