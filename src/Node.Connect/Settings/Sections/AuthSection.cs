using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>auth:</c>. Keys and claims hold for tokens that come after a change.</summary>
public sealed record AuthSection
{
    [Setting("Ask every connection for a JWT. Needs at least one of secret, public_key_file, jwks_file.")]
    public bool Enabled { get; init; }

    [Setting("With authentication off, listen on more than loopback: everybody who can reach the port can be anybody.")]
    public bool AllowAnonymous { get; init; }

    [Setting("Shared key of HS256 tokens, UTF-8; RFC 7518 asks for 32 bytes or more.", Hot = true, Secret = true)]
    public string Secret { get; init; } = "";

    [Setting("Public key of RS256 or ES256 tokens, PEM.", Hot = true, File = true)]
    public string PublicKeyFile { get; init; } = "";

    [Setting("Several public keys, a JSON Web Key Set.", Hot = true, File = true)]
    public string JwksFile { get; init; } = "";

    [Setting("Value that the iss claim must have. Empty: any.", Hot = true)]
    public string Issuer { get; init; } = "";

    [Setting("Value that the aud claim must hold. Empty: any.", Hot = true)]
    public string Audience { get; init; } = "";

    [Setting("By how much the clocks of issuer and node may differ.", Hot = true, Max = "10m")]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);
}
