using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Node.Web.Api;

/// <summary>What JWTs (RFC 7519) open the API.</summary>
/// <param name="Secret">The shared key of HS256, 32 bytes or more of UTF-8; empty: none.</param>
/// <param name="PublicKeyFile">PEM, for RS256 (2048 bits or more) or ES256 (P-256); empty: none.</param>
/// <param name="Audience">
/// What the token's <c>aud</c> must hold. Always asked for: the tokens of chat users may come from the same issuer, and must not open
/// the API.
/// </param>
public sealed record ApiTokenOptions(string Secret, string PublicKeyFile, string Audience);

/// <summary>Checks the tokens that open the API. Immutable; any thread. A bad token is a value, never an exception.</summary>
internal sealed class ApiTokens
{
    private const int MaxTokenBytes = 8192;
    private const int MinSecretBytes = 32;
    private const int MinRsaBits = 2048;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenBytes };
    private readonly TokenValidationParameters _parameters;

    /// <exception cref="ArgumentException">A key is missing, too weak or unreadable.</exception>
    public ApiTokens(ApiTokenOptions options)
    {
        // One algorithm a key: an HS256 token that is "signed" with the text of a public key finds no key.
        List<(SecurityKey Key, string Algorithm)> keys = [];
        if (options.Secret.Length > 0)
        {
            keys.Add((SecretOf(options.Secret), SecurityAlgorithms.HmacSha256));
        }

        if (options.PublicKeyFile.Length > 0)
        {
            keys.Add(PublicKeyIn(options.PublicKeyFile));
        }

        if (keys.Count == 0 || options.Audience.Length == 0)
        {
            throw new ArgumentException("tokens for the API need a secret or a public key, and an audience");
        }

        _parameters = new TokenValidationParameters
        {
            IssuerSigningKeys = keys.Select(key => key.Key),
            ValidAlgorithms = keys.Select(key => key.Algorithm),
            ValidateIssuer = false,
            ValidAudience = options.Audience,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
    }

    public async Task<bool> IsGoodAsync(string token) =>
        token.Length <= MaxTokenBytes && (await _handler.ValidateTokenAsync(token, _parameters)).IsValid;

    private static SymmetricSecurityKey SecretOf(string secret)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        return bytes.Length >= MinSecretBytes
            ? new SymmetricSecurityKey(bytes)
            : throw new ArgumentException($"the secret of tokens for the API is shorter than {MinSecretBytes} bytes");
    }

    private static (SecurityKey Key, string Algorithm) PublicKeyIn(string path)
    {
        try
        {
            string pem = File.ReadAllText(path);
            if (pem.Contains("BEGIN PRIVATE KEY", StringComparison.Ordinal))
            {
                throw new ArgumentException($"{path} holds a private key; only the public one belongs there");
            }

            return TryImport(pem) ?? throw new ArgumentException($"{path} holds no public key for RS256 or ES256 in PEM");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static (SecurityKey Key, string Algorithm)? TryImport(string pem)
    {
        var rsa = RSA.Create();
        if (Imports(rsa, pem) && rsa.KeySize >= MinRsaBits)
        {
            return (new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256);
        }

        rsa.Dispose();
        var ecdsa = ECDsa.Create();
        if (Imports(ecdsa, pem) && ecdsa.KeySize == 256)
        {
            return (new ECDsaSecurityKey(ecdsa), SecurityAlgorithms.EcdsaSha256);
        }

        ecdsa.Dispose();
        return null;
    }

    private static bool Imports(AsymmetricAlgorithm algorithm, string pem)
    {
        try
        {
            algorithm.ImportFromPem(pem);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
