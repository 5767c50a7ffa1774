using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Node.Tests.Auth;

/// <summary>Signs tokens by hand, so that tests can also make those that a library refuses to make.</summary>
internal sealed class TokenMint : IDisposable
{
    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("node-auth").FullName;

    public string Secret { get; } = "a secret of exactly 32 bytes ...";

    // Made once: an RSA key takes longer than all that is tested with it.
    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static Dictionary<string, object?> Claims(params (string Name, object? Value)[] more)
    {
        Dictionary<string, object?> claims = new() { ["sub"] = "alice", ["exp"] = Now.AddHours(1).ToUnixTimeSeconds() };
        foreach ((string name, object? value) in more)
        {
            claims[name] = value;
        }

        return claims;
    }

    public string Hs256(Dictionary<string, object?> claims, byte[]? secret = null, string? payload = null) => Sign(
        """{"alg":"HS256","typ":"JWT"}""",
        payload ?? JsonSerializer.Serialize(claims),
        bytes => HMACSHA256.HashData(secret ?? Encoding.UTF8.GetBytes(Secret), bytes));

    public static string Rs256(Dictionary<string, object?> claims, RSA? key = null, string kid = "r") => Sign(
        $$"""{"alg":"RS256","kid":"{{kid}}"}""",
        JsonSerializer.Serialize(claims),
        bytes => (key ?? Rsa).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(Dictionary<string, object?> claims, ECDsa? key = null) => Sign(
        """{"alg":"ES256","kid":"e"}""",
        JsonSerializer.Serialize(claims),
        bytes => (key ?? Ec).SignData(bytes, HashAlgorithmName.SHA256));

    public static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        string signed = Base64(Encoding.UTF8.GetBytes(header)) + "." + Base64(Encoding.UTF8.GetBytes(payload));
        return signed + "." + Base64(sign(Encoding.ASCII.GetBytes(signed)));
    }

    public string Jwks(params object[] keys) => File("keys.json", JsonSerializer.Serialize(new { keys }));

    public static object RsaJwk(string? kid = "r")
    {
        RSAParameters key = Rsa.ExportParameters(false);
        return new { kty = "RSA", use = "sig", kid, n = Base64(key.Modulus!), e = Base64(key.Exponent!) };
    }

    public static object EcJwk()
    {
        ECParameters key = Ec.ExportParameters(false);
        return new { kty = "EC", crv = "P-256", kid = "e", x = Base64(key.Q.X!), y = Base64(key.Q.Y!) };
    }

    public string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Base64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
