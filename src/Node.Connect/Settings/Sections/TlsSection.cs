using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>tls:</c>. The files' contents are read again when they change; their names are not.</summary>
public sealed record TlsSection
{
    [Setting("Speak TLS on node.http_port. Needs cert_file with key_file, or pfx_file.")]
    public bool Enabled { get; init; }

    [Setting("Certificate chain, PEM.", File = true)]
    public string CertFile { get; init; } = "";

    [Setting("Its private key, PEM.", File = true)]
    public string KeyFile { get; init; } = "";

    [Setting("Certificate with its key, PKCS #12.", File = true)]
    public string PfxFile { get; init; } = "";

    [Setting("Password of pfx_file.", Secret = true)]
    public string PfxPassword { get; init; } = "";
}
