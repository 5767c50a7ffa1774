using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Node.Wire.Messages;

namespace Node.Hub.Auth;

/// <summary>
/// Checks the JWT (RFC 7519) of a connection: HS256, RS256, ES256, each only where its key is configured. Immutable:
/// any thread; a change of settings makes a new one. Bad tokens are values, never exceptions.
/// </summary>
/// <remarks>
/// CPU per token: HS256 19 µs, RS256 72 µs, ES256 140 µs, and 3 to 4 KB of garbage; one that is refused takes up to
/// twice the HS256 figure and 7 to 8 KB. Of the asymmetric ones nearly all is the signature itself; with HS256 a
/// parser of our own would save some 15 µs once per connection, not worth replacing a reviewed library for.
/// </remarks>
public sealed class TokenValidator
{
    /// <summary>Bytes of a token at most: more is refused before anything is decoded.</summary>
    public const int MaxTokenBytes = 8192;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenBytes };
    private readonly TokenValidationParameters _parameters;
    private readonly TimeSpan _skew;
    private readonly TimeProvider _time;

    private TokenValidator(AuthOptions options, List<SecurityKey> keys, TimeProvider time)
    {
        _skew = options.ClockSkew;
        _time = time;
        _parameters = new TokenValidationParameters
        {
            IssuerSigningKeys = keys,
            ValidAlgorithms = [.. keys.Select(key => TokenKeys.AlgorithmOf(key)!).Distinct()],
            ValidateIssuer = options.Issuer.Length > 0,
            ValidIssuer = options.Issuer,
            ValidateAudience = options.Audience.Length > 0,
            ValidAudience = options.Audience,

            // Done below: the library says "expired" by throwing, and has no clock that a test could set.
            ValidateLifetime = false,
        };
    }

    /// <summary>
    /// Loads the keys. False with an error that names the setting: a key that is missing, too weak or unreadable.
    /// </summary>
    public static bool TryCreate(
        AuthOptions options,
        TimeProvider time,
        [NotNullWhen(true)] out TokenValidator? validator,
        [NotNullWhen(false)] out string? error)
    {
        List<SecurityKey> keys = [];
        error = options.ClockSkew < TimeSpan.Zero ? "auth.clock_skew is negative" : TokenKeys.Load(options, keys);
        validator = error is null ? new TokenValidator(options, keys, time) : null;
        return validator is not null;
    }

    /// <param name="token">The compact form, ASCII.</param>
    public TokenResult Validate(ReadOnlySpan<byte> token) =>
        token.Length > MaxTokenBytes ? TooLong() : Validate(Encoding.Latin1.GetString(token));

    /// <param name="token">The compact form.</param>
    public TokenResult Validate(string token)
    {
        if (token.Length > MaxTokenBytes)
        {
            return TooLong();
        }

        if (token.Length == 0)
        {
            return TokenResult.Invalid("no token");
        }

        // With local keys nothing is awaited: the task is complete when it comes back.
        TokenValidationResult result = _handler.ValidateTokenAsync(token, _parameters).GetAwaiter().GetResult();
        if (!result.IsValid)
        {
            return TokenResult.Invalid(Reason(result.Exception));
        }

        return Admit((JsonWebToken)result.SecurityToken);
    }

    private TokenResult Admit(JsonWebToken token)
    {
        // RFC 7515, 4.1.11: who does not understand what it names must refuse, and no extension is understood here.
        if (token.TryGetHeaderValue("crit", out object _))
        {
            return TokenResult.Invalid("token needs an extension that is not supported (crit)");
        }

        DateTime now = _time.GetUtcNow().UtcDateTime;
        if (token.ValidTo == DateTime.MinValue)
        {
            return TokenResult.Invalid("token has no exp");
        }

        DateTime expires = token.ValidTo < DateTime.MaxValue - _skew ? token.ValidTo + _skew : DateTime.MaxValue;
        if (expires <= now)
        {
            return TokenResult.Expired;
        }

        if (token.ValidFrom > now + _skew)
        {
            return TokenResult.Invalid("token is not valid yet");
        }

        if (!TryReadUser(token, out string? user))
        {
            return TokenResult.Invalid("token has no sub that can be a user's name");
        }

        if (!TryReadRooms(token, "join", out RoomPatterns? join) || !TryReadRooms(token, "publish", out RoomPatterns? publish))
        {
            return TokenResult.Invalid("join and publish must be arrays of at most 64 room names");
        }

        var until = new DateTimeOffset(DateTime.SpecifyKind(expires, DateTimeKind.Utc));
        return TokenResult.Valid(new Identity(user, until, RoomRights.Of(join, publish)));
    }

    // From the payload's text: the library takes a number for a string, and 7 would be the user "7".
    private static bool TryReadUser(JsonWebToken token, [NotNullWhen(true)] out string? user)
    {
        user = null;
        byte[] payload = new byte[Base64Url.GetMaxDecodedLength(token.EncodedPayload.Length)];
        OperationStatus status = Base64Url.DecodeFromChars(token.EncodedPayload, payload, out _, out int length);

        // Every byte of a name may be written as an escape, which takes six.
        Span<byte> name = stackalloc byte[6 * Names.MaxUser];
        if (status != OperationStatus.Done
            || !JsonData.TryGetString(payload.AsSpan(0, length), "sub"u8, name, out ReadOnlySpan<byte> sub)
            || sub.IsEmpty
            || !Names.IsValid(sub, Names.MaxUser))
        {
            return false;
        }

        user = Encoding.UTF8.GetString(sub);
        return true;
    }

    // True and null where the claim is absent (one that says null is not). Anything else than an array of strings is
    // refused, since taking a malformed restriction for none would open every room.
    private static bool TryReadRooms(JsonWebToken token, string claim, out RoomPatterns? rooms)
    {
        rooms = null;
        if (!token.TryGetPayloadValue(claim, out object value))
        {
            return true;
        }

        if (value is not JsonElement { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() > RoomPatterns.MaxNames)
        {
            return false;
        }

        try
        {
            string[] names = [.. array.EnumerateArray().Select(name => name.GetString() ?? throw new InvalidOperationException())];
            return RoomPatterns.TryCreate(names, out rooms);
        }
        catch (InvalidOperationException)
        {
            // An element is no string, or a string with half a surrogate pair.
            return false;
        }
    }

    private static TokenResult TooLong() => TokenResult.Invalid("token is longer than 8192 bytes");

    private static string Reason(Exception error) => error switch
    {
        SecurityTokenInvalidIssuerException => "token has another issuer",
        SecurityTokenInvalidAudienceException => "token is for another audience",
        SecurityTokenMalformedException or ArgumentException => "token is not a JWT",
        _ => "token signature is not accepted",
    };
}
