using System.Security.Cryptography.X509Certificates;

namespace Node.Transport;

/// <summary>
/// What a TLS listener shows and how long it waits. The files are read at the start and again whenever they change.
/// </summary>
/// <param name="CertificateFile">
/// PEM: the server's certificate first, then the rest of its chain. Or a PFX, which holds the key too.
/// </param>
/// <param name="KeyFile">PEM: the private key. Null with a PFX, or where the certificate's file holds the key as well.</param>
public sealed record TlsOptions(string CertificateFile, string? KeyFile = null)
{
    /// <summary>Of the PFX or the encrypted PEM key.</summary>
    public string? Password { get; init; }

    /// <summary>A peer that has not finished its handshake by then is dropped, in milliseconds.</summary>
    public int HandshakeTimeoutMs { get; init; } = 10_000;

    /// <summary>
    /// Handshakes at once. A handshake is the dearest thing a stranger can ask for; beyond this number peers wait in the
    /// kernel's backlog.
    /// </summary>
    public int MaxHandshakes { get; init; } = 256;

    /// <summary>
    /// How often the files are looked at in any case, in milliseconds: not every file system tells of changes.
    /// </summary>
    public int CheckEveryMs { get; init; } = 30_000;

    /// <summary>New connections get this certificate from now on. On a thread of the pool.</summary>
    public Action<X509Certificate2>? Reloaded { get; init; }

    /// <summary>
    /// The files changed and cannot be used, for this reason; the certificate that was in use stays. Once for each content.
    /// On a thread of the pool.
    /// </summary>
    public Action<string>? ReloadFailed { get; init; }
}
