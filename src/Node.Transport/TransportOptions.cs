using System.Net;

namespace Node.Transport;

public enum TransportKind
{
    /// <summary>Epoll where it exists, with sends in batches where the kernel lets us; sockets elsewhere.</summary>
    Auto,

    /// <summary>Raw descriptors under epoll, every send by itself: Linux.</summary>
    Epoll,

    /// <summary><see cref="System.Net.Sockets.Socket"/> and pipelines: everywhere, and always for TLS.</summary>
    Sockets,
}

/// <summary>What a <see cref="TransportServer"/> is made of.</summary>
public sealed record TransportOptions
{
    public TransportKind Kind { get; init; }

    /// <summary>Event loops, one thread each; 0 means one a core.</summary>
    public int Loops { get; init; }

    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 8083);

    public ListenerOptions Listener { get; init; } = new();

    /// <summary>
    /// Sends of one turn from which <see cref="TransportKind.Auto"/> submits them in batches. Cautious: where a hundred peers have an
    /// echo each, batches gained nothing, so it takes a larger crowd.
    /// </summary>
    public int BatchFrom { get; init; } = 128;

    /// <summary>With epoll: a loop that has nothing to do looks for so long before it sleeps. Costs that CPU; zero for never.</summary>
    public TimeSpan BusyPoll { get; init; }

    /// <summary>With epoll: each loop stays on one of the CPUs that the process may use, in their order, from the first again where they are fewer.</summary>
    public bool PinLoops { get; init; }

    /// <summary>Null listens without TLS.</summary>
    public TlsOptions? Tls { get; init; }
}
