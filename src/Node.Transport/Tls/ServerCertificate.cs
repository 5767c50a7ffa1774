using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Node.Transport;

/// <summary>A certificate with its key and its chain, as a handshake needs it. Immutable.</summary>
internal sealed class ServerCertificate
{
    private ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;

        // Offline: what a peer needs to build the chain is in the file, and a start must not wait for a server somewhere.
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    public X509Certificate2 Leaf { get; }

    public SslStreamCertificateContext Context { get; }

    /// <param name="options">Names the files, for messages; the password.</param>
    /// <param name="certificate">Content of the certificate's file.</param>
    /// <param name="key">Content of the key's file; null without one.</param>
    /// <exception cref="CertificateException">They do not make a usable certificate.</exception>
    public static ServerCertificate Load(TlsOptions options, byte[] certificate, byte[]? key)
    {
        ServerCertificate loaded = IsPem(certificate) ? LoadPem(options, certificate, key) : LoadPfx(options, certificate);
        DateTime now = DateTime.UtcNow;
        if (loaded.Leaf.NotAfter.ToUniversalTime() < now)
        {
            throw new CertificateException(
                $"{options.CertificateFile}: the certificate expired on {loaded.Leaf.NotAfter.ToUniversalTime():u}");
        }

        if (loaded.Leaf.NotBefore.ToUniversalTime() > now)
        {
            throw new CertificateException(
                $"{options.CertificateFile}: the certificate is not valid before {loaded.Leaf.NotBefore.ToUniversalTime():u}");
        }

        return loaded;
    }

    private static bool IsPem(byte[] content) => content.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static ServerCertificate LoadPem(TlsOptions options, byte[] certificate, byte[]? key)
    {
        string certificatePem = System.Text.Encoding.ASCII.GetString(certificate);
        string keyFile = options.KeyFile ?? options.CertificateFile;
        string keyPem = key is null ? certificatePem : System.Text.Encoding.ASCII.GetString(key);
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificatePem);
        }
        catch (CryptographicException exception)
        {
            throw new CertificateException($"{options.CertificateFile}: not a certificate: {exception.Message}", exception);
        }

        if (chain.Count == 0)
        {
            throw new CertificateException($"{options.CertificateFile}: holds no certificate");
        }

        if (!keyPem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException($"{keyFile}: holds no private key");
        }

        X509Certificate2 leaf = WithKey(options, certificatePem, keyPem, keyFile);
        chain.RemoveAt(0);
        return new ServerCertificate(leaf, chain);
    }

    private static X509Certificate2 WithKey(TlsOptions options, string certificatePem, string keyPem, string keyFile)
    {
        try
        {
            X509Certificate2 leaf = options.Password is { } password
                ? X509Certificate2.CreateFromEncryptedPem(certificatePem, keyPem, password)
                : X509Certificate2.CreateFromPem(certificatePem, keyPem);

            // SChannel cannot use a key that exists in memory only.
            return OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pfx), null)
                : leaf;
        }
        catch (ArgumentException exception)
        {
            throw new CertificateException(
                $"{keyFile}: the private key does not match the certificate in {options.CertificateFile}", exception);
        }
        catch (CryptographicException exception)
        {
            string problem = keyPem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
                ? "the private key is encrypted, and the password is missing or wrong"
                : $"the private key cannot be used with the certificate in {options.CertificateFile}: {exception.Message}";
            throw new CertificateException($"{keyFile}: {problem}", exception);
        }
    }

    private static ServerCertificate LoadPfx(TlsOptions options, byte[] content)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(content, options.Password);
        }
        catch (CryptographicException exception)
        {
            throw new CertificateException(
                $"{options.CertificateFile}: neither PEM nor a PFX that this password opens: {exception.Message}", exception);
        }

        X509Certificate2 leaf = all.FirstOrDefault(candidate => candidate.HasPrivateKey)
            ?? throw new CertificateException($"{options.CertificateFile}: holds no private key");
        all.Remove(leaf);
        return new ServerCertificate(leaf, all);
    }
}
