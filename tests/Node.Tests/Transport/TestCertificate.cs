using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Node.Tests.Transport;

/// <summary>A folder with a certificate signed by an intermediate one, and its key.</summary>
internal sealed class TestCertificate : IDisposable
{
    public const string Password = "open sesame";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificates");

    public TestCertificate(string name = "localhost", int validDays = 30) => Write(name, validDays);

    public string Folder => _folder.FullName;

    public string CertificateFile => Path.Combine(Folder, "tls.crt");

    public string KeyFile => Path.Combine(Folder, "tls.key");

    public string PfxFile => Path.Combine(Folder, "tls.pfx");

    public string Thumbprint { get; private set; } = "";

    /// <summary>Writes a new pair the way certbot does: each file beside the old one, then renamed over it.</summary>
    public void Write(string name, int validDays = 30)
    {
        (X509Certificate2 leaf, X509Certificate2 intermediate) = Issue(name, validDays);
        using (leaf)
        using (intermediate)
        {
            Replace(CertificateFile, leaf.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem() + "\n");
            Replace(KeyFile, leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            File.WriteAllBytes(PfxFile, new X509Certificate2Collection { leaf, intermediate }.Export(X509ContentType.Pfx, Password)!);
            Thumbprint = leaf.Thumbprint;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Replace(string file, string content)
    {
        File.WriteAllText(file + ".new", content);
        File.Move(file + ".new", file, overwrite: true);
    }

    private static (X509Certificate2 Leaf, X509Certificate2 Intermediate) Issue(string name, int validDays)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-100);
        using X509Certificate2 root = Authority("root", null, from);
        X509Certificate2 intermediate = Authority("intermediate", root, from);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(
            intermediate, from, DateTimeOffset.UtcNow.AddDays(validDays), RandomNumberGenerator.GetBytes(8));
        return (signed.CopyWithPrivateKey(key), intermediate);
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer, DateTimeOffset from)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset until = DateTimeOffset.UtcNow.AddDays(1000);
        return issuer is null
            ? request.CreateSelfSigned(from, until)
            : request.Create(issuer, from, until.AddDays(-1), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }
}
