using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>A certificate of localhost that is its own authority, as PEM files.</summary>
internal sealed class SelfSignedCertificate
{
    public SelfSignedCertificate(TestFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        CertificateFile = folder.Write("server.crt", certificate.ExportCertificatePem());
        KeyFile = folder.Write("server.key", key.ExportPkcs8PrivateKeyPem());
    }

    public string CertificateFile { get; }

    public string KeyFile { get; }
}
