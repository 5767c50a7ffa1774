using System.Security.Cryptography;
using Node.Hub.Auth;

namespace Node.Tests.Auth;

/// <summary>Bad settings are told by the name of the setting.</summary>
public sealed class AuthOptionsTests : IDisposable
{
    private readonly TokenMint _mint = new();

    public void Dispose() => _mint.Dispose();

    [Fact]
    public void A_short_secret_is_refused()
    {
        AssertRefused("auth.secret is shorter than 32 bytes", new() { Secret = new string('s', 31) });
        AssertRefused("auth.secret is shorter than 32 bytes", new() { Secret = "x", JwksFile = _mint.Jwks(TokenMint.RsaJwk()) });
    }

    [Fact]
    public void No_key_at_all_is_refused() =>
        AssertRefused("auth.enabled needs auth.secret, auth.public_key_file or auth.jwks_file", new());

    [Fact]
    public void A_negative_skew_is_refused() =>
        AssertRefused("auth.clock_skew", new() { Secret = _mint.Secret, ClockSkew = TimeSpan.FromSeconds(-1) });

    [Fact]
    public void A_key_file_that_cannot_be_read_is_named()
    {
        string missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        AssertRefused($"auth.public_key_file: {missing} cannot be read", new() { PublicKeyFile = missing });
        AssertRefused($"auth.jwks_file: {missing} cannot be read", new() { JwksFile = missing });
    }

    [Fact]
    public void A_pem_file_holds_one_strong_public_key()
    {
        using var weak = RSA.Create(1024);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        AssertPemRefused("a private key", TokenMint.Rsa.ExportPkcs8PrivateKeyPem());
        AssertPemRefused("no RSA or EC public key", "not PEM");
        AssertPemRefused("no RSA or EC public key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        AssertPemRefused("do not take", weak.ExportSubjectPublicKeyInfoPem());
        AssertPemRefused("do not take", other.ExportSubjectPublicKeyInfoPem());
    }

    [Fact]
    public void A_key_set_holds_a_usable_key()
    {
        object symmetric = new { kty = "oct", k = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0" };
        object weak = new { kty = "RSA", n = new string('A', 43) + "B", e = "AQAB" };
        AssertRefused("is not a JSON Web Key Set", new() { JwksFile = _mint.File("bad.json", "{") });
        AssertRefused("is not a JSON Web Key Set", new() { JwksFile = _mint.File("empty.json", "") });
        AssertRefused("holds no key for RS256 or ES256", new() { JwksFile = _mint.Jwks() });
        AssertRefused("holds no key for RS256 or ES256", new() { JwksFile = _mint.Jwks(symmetric, weak, new { kty = "OKP" }) });
    }

    private void AssertPemRefused(string error, string pem) =>
        AssertRefused(error, new() { PublicKeyFile = _mint.File("key.pem", pem) });

    private static void AssertRefused(string error, AuthOptions options)
    {
        Assert.False(TokenValidator.TryCreate(
            options with { Enabled = true }, TimeProvider.System, out TokenValidator? validator, out string? actual));
        Assert.Null(validator);
        Assert.Contains(error, actual, StringComparison.Ordinal);
    }
}
