namespace Node.Tests.Transport;

/// <summary>The ways a connection can be carried; every behaviour holds on each.</summary>
public enum PathKind
{
    /// <summary>Raw descriptors under epoll, every send by itself.</summary>
    Epoll,

    /// <summary>
    /// The same with every send in a batch, where the kernel lets us, and with loops that stay on a CPU and look before they sleep.
    /// </summary>
    Batches,

    /// <summary>Sockets, on loops without descriptors.</summary>
    Sockets,

    /// <summary>TLS on epoll's loops.</summary>
    TlsOnEpoll,

    /// <summary>TLS on loops without descriptors.</summary>
    TlsOnSockets,
}
