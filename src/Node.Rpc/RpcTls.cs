namespace Node.Rpc;

/// <summary>TLS of a server or a channel. PEM files, read at the start.</summary>
public sealed record RpcTls
{
    /// <summary>The certificate that this side shows, with its chain. A server needs one; a client where the server asks for it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The certificate's key; null: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// Authorities that the other side's certificate must come from. A server that has them asks every client for a certificate; a
    /// client that has none trusts those of the system.
    /// </summary>
    public string? AuthorityFile { get; init; }
}
