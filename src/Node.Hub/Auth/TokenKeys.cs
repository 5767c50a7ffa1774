using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Node.Hub.Auth;

/// <summary>The keys that tokens are checked with, loaded once. An error names the setting that is wrong.</summary>
internal static class TokenKeys
{
    private const int MinSecretBytes = 32;
    private const int MinRsaBits = 2048;

    /// <summary>Null, or what is wrong.</summary>
    public static string? Load(AuthOptions options, List<SecurityKey> keys) =>
        AddSecret(options.Secret, keys)
        ?? FromFile("auth.public_key_file", options.PublicKeyFile, keys, AddPem)
        ?? FromFile("auth.jwks_file", options.JwksFile, keys, AddJwks)
        ?? (keys.Count == 0 ? "auth.enabled needs auth.secret, auth.public_key_file or auth.jwks_file" : null);

    /// <summary>
    /// The one algorithm that a key may be used with, or null where it may not be used at all. Bound to the
    /// key's type, so an HS256 token "signed" with the text of a public key finds no key.
    /// </summary>
    public static string? AlgorithmOf(SecurityKey key) => key switch
    {
        SymmetricSecurityKey => SecurityAlgorithms.HmacSha256,
        RsaSecurityKey { KeySize: >= MinRsaBits } => SecurityAlgorithms.RsaSha256,
        ECDsaSecurityKey { KeySize: 256 } => SecurityAlgorithms.EcdsaSha256,
        _ => null,
    };

    private static string? AddSecret(string secret, List<SecurityKey> keys)
    {
        if (secret.Length == 0)
        {
            return null;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length < MinSecretBytes)
        {
            return $"auth.secret is shorter than {MinSecretBytes} bytes";
        }

        keys.Add(new SymmetricSecurityKey(bytes));
        return null;
    }

    private static string? FromFile(
        string setting, string path, List<SecurityKey> keys, Func<string, List<SecurityKey>, string?> add)
    {
        if (path.Length == 0)
        {
            return null;
        }

        try
        {
            return add(File.ReadAllText(path), keys) is { } problem ? $"{setting}: {path} {problem}" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{setting}: {path} cannot be read: {error.Message}";
        }
    }

    private static string? AddPem(string pem, List<SecurityKey> keys)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return "holds a private key; only the public one belongs here";
        }

        SecurityKey? key = Import(pem, RSA.Create(), rsa => new RsaSecurityKey(rsa))
            ?? Import(pem, ECDsa.Create(), ecdsa => new ECDsaSecurityKey(ecdsa));
        if (key is null)
        {
            return "holds no RSA or EC public key in PEM";
        }

        if (AlgorithmOf(key) is null)
        {
            return $"holds a key that RS256 ({MinRsaBits} bits or more) and ES256 (P-256) do not take";
        }

        keys.Add(key);
        return null;
    }

    private static SecurityKey? Import<T>(string pem, T algorithm, Func<T, SecurityKey> wrap)
        where T : AsymmetricAlgorithm
    {
        try
        {
            algorithm.ImportFromPem(pem);
            return wrap(algorithm);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            algorithm.Dispose();
            return null;
        }
    }

    private static string? AddJwks(string json, List<SecurityKey> keys)
    {
        try
        {
            // Symmetric keys are left out: a set is published, and what is published is no secret.
            SecurityKey[] usable =
            [
                .. new JsonWebKeySet(json).GetSigningKeys()
                    .Where(key => key is RsaSecurityKey or ECDsaSecurityKey && AlgorithmOf(key) is not null),
            ];
            keys.AddRange(usable);
            return usable.Length == 0 ? "holds no key for RS256 or ES256" : null;
        }
        catch (Exception error) when (error is ArgumentException or System.Text.Json.JsonException)
        {
            return "is not a JSON Web Key Set";
        }
    }
}
