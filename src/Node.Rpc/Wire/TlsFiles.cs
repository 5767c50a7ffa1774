using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Node.Rpc;

/// <summary>What <see cref="RpcTls"/> names, read.</summary>
internal static class TlsFiles
{
    /// <returns>Null where none is named.</returns>
    /// <exception cref="IOException">A file cannot be read or used; the message names it.</exception>
    public static SslStreamCertificateContext? Certificate(RpcTls tls) =>
        tls.CertificateFile is not { } file ? null : Read(file, () =>
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(file, tls.KeyFile);

            // Windows takes no key that lives in memory alone; through PKCS #12 it is one that it takes.
            X509Certificate2 leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        });

    /// <summary>How the other side's certificate is checked.</summary>
    /// <returns>Null where no authorities are named: as the system does.</returns>
    /// <exception cref="IOException">As above.</exception>
    public static X509ChainPolicy? Authorities(RpcTls tls) =>
        tls.AuthorityFile is not { } file ? null : Read(file, () =>
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException("there is no certificate in it");
        });

    private static T Read<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
            when (exception is CryptographicException or ArgumentException or UnauthorizedAccessException or IOException)
        {
            throw new IOException($"TLS file {file}: {exception.Message}", exception);
        }
    }
}
