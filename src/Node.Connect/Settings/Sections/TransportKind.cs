namespace Node.Connect.Settings;

/// <summary>Which of the two byte paths a node runs on.</summary>
public enum TransportKind
{
    /// <summary>Epoll where the operating system has it, sockets elsewhere.</summary>
    Auto,
    Epoll,
    Sockets,
}
