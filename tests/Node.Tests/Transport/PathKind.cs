namespace Node.Tests.Transport;

/// <summary>The ways a connection can be carried; every behaviour holds on each.</summary>
public enum PathKind
{
    /// <summary>Raw descriptors under epoll.</summary>
    Epoll,

    /// <summary>Sockets, on loops without descriptors.</summary>
    Sockets,

    /// <summary>TLS on epoll's loops.</summary>
    TlsOnEpoll,

    /// <summary>TLS on loops without descriptors.</summary>
    TlsOnSockets,
}
