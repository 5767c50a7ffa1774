namespace Node.Connect.Settings;

/// <summary>Which of the two byte paths a node runs on.</summary>
public enum TransportKind
{
    /// <summary>Epoll where the operating system has it, with sends in batches where it has io_uring too; sockets elsewhere.</summary>
    Auto,

    /// <summary>Every send by itself.</summary>
    Epoll,
    Sockets,
}
