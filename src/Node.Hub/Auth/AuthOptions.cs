namespace Node.Hub.Auth;

/// <summary>
/// The settings under <c>auth:</c> that concern tokens. An empty string means "not set". Several keys may be set at
/// once, for a change of keys; a token may be signed by any of them, each with its own algorithm only.
/// </summary>
public sealed record AuthOptions
{
    /// <summary>Whether connections need a token at all.</summary>
    public bool Enabled { get; init; }

    /// <summary>The shared key of HS256, UTF-8, at least 32 bytes.</summary>
    public string Secret { get; init; } = "";

    /// <summary>A PEM file with one public key: RSA of 2048 bits and more for RS256, or P-256 for ES256.</summary>
    public string PublicKeyFile { get; init; } = "";

    /// <summary>A JSON Web Key Set (RFC 7517); its RSA and P-256 signature keys count, all others are ignored.</summary>
    public string JwksFile { get; init; } = "";

    /// <summary>What <c>iss</c> must be; empty: anything.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>What <c>aud</c> must contain; empty: anything.</summary>
    public string Audience { get; init; } = "";

    /// <summary>How far the clocks of whoever signs and of this node may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);
}
