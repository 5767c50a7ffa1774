using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Hub.Auth;

namespace Node.Tests.Auth;

public sealed class TokenValidatorTests : IDisposable
{
    private readonly TokenMint _mint = new();

    private AuthOptions Hs256 => new() { Enabled = true, Secret = _mint.Secret };

    private AuthOptions Rs256 => new() { Enabled = true, PublicKeyFile = _mint.File("rsa.pem", TokenMint.Rsa.ExportSubjectPublicKeyInfoPem()) };

    private AuthOptions Es256 => new() { Enabled = true, PublicKeyFile = _mint.File("ec.pem", TokenMint.Ec.ExportSubjectPublicKeyInfoPem()) };

    private AuthOptions Jwks => new() { Enabled = true, JwksFile = _mint.Jwks(TokenMint.RsaJwk(), TokenMint.EcJwk()) };

    public void Dispose() => _mint.Dispose();

    [Fact]
    public void Every_algorithm_is_accepted_with_its_key()
    {
        AssertAlice(Validate(Hs256, _mint.Hs256(TokenMint.Claims())));
        AssertAlice(Validate(Rs256, TokenMint.Rs256(TokenMint.Claims())));
        AssertAlice(Validate(Es256, TokenMint.Es256(TokenMint.Claims())));
        AssertAlice(Validate(Jwks, TokenMint.Rs256(TokenMint.Claims())));
        AssertAlice(Validate(Jwks, TokenMint.Es256(TokenMint.Claims())));
        AssertAlice(Validate(Jwks, TokenMint.Rs256(TokenMint.Claims(), kid: "unknown")));
        AssertAlice(Create(Hs256).Validate(Encoding.ASCII.GetBytes(_mint.Hs256(TokenMint.Claims()))));
    }

    [Fact]
    public void Several_keys_may_be_set_at_once()
    {
        AuthOptions all = Jwks with { Secret = _mint.Secret, PublicKeyFile = Es256.PublicKeyFile };
        AssertAlice(Validate(all, _mint.Hs256(TokenMint.Claims())));
        AssertAlice(Validate(all, TokenMint.Rs256(TokenMint.Claims())));
        AssertAlice(Validate(all, TokenMint.Es256(TokenMint.Claims())));
    }

    [Fact]
    public void Another_key_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertInvalid("signature", Validate(Hs256, _mint.Hs256(TokenMint.Claims(), new byte[32])));
        AssertInvalid("signature", Validate(Rs256, TokenMint.Rs256(TokenMint.Claims(), rsa)));
        AssertInvalid("signature", Validate(Es256, TokenMint.Es256(TokenMint.Claims(), ec)));
        AssertInvalid("signature", Validate(Jwks, TokenMint.Rs256(TokenMint.Claims(), rsa)));
    }

    [Fact]
    public void An_algorithm_without_a_key_of_its_own_is_refused()
    {
        AssertInvalid("signature", Validate(Hs256, TokenMint.Rs256(TokenMint.Claims())));
        AssertInvalid("signature", Validate(Rs256, _mint.Hs256(TokenMint.Claims())));
        AssertInvalid("signature", Validate(Rs256, TokenMint.Es256(TokenMint.Claims())));
        foreach (string alg in new[] { "none", "None", "HS384", "", "PS256" })
        {
            string header = $$"""{"alg":"{{alg}}"}""";
            string payload = System.Text.Json.JsonSerializer.Serialize(TokenMint.Claims());
            AssertInvalid("", Validate(Hs256, TokenMint.Sign(header, payload, _ => [])));
            AssertInvalid("", Validate(Hs256, TokenMint.Sign(
                header, payload, bytes => HMACSHA384.HashData(Encoding.UTF8.GetBytes(_mint.Secret), bytes))));
            AssertInvalid("", Validate(Rs256, TokenMint.Sign(
                header, payload, bytes => TokenMint.Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))));
        }
    }

    [Fact]
    public void A_public_key_is_no_secret()
    {
        string pem = TokenMint.Rsa.ExportSubjectPublicKeyInfoPem();
        byte[][] guesses = [Encoding.UTF8.GetBytes(pem), Encoding.UTF8.GetBytes(pem + "\n"), TokenMint.Rsa.ExportSubjectPublicKeyInfo()];
        foreach (AuthOptions options in new[] { Rs256, Jwks, Rs256 with { Secret = _mint.Secret } })
        {
            Assert.All(guesses, guess => AssertInvalid("signature", Validate(options, _mint.Hs256(TokenMint.Claims(), guess))));
        }
    }

    [Theory]
    [InlineData(-3600, TokenVerdict.Expired)]
    [InlineData(-31, TokenVerdict.Expired)]
    [InlineData(-30, TokenVerdict.Expired)]
    [InlineData(-29, TokenVerdict.Valid)]
    [InlineData(1, TokenVerdict.Valid)]
    public void A_token_ends_with_exp_and_the_skew(int seconds, TokenVerdict verdict)
    {
        DateTimeOffset exp = TokenMint.Now.AddSeconds(seconds);
        TokenResult result = Validate(Hs256, _mint.Hs256(TokenMint.Claims(("exp", exp.ToUnixTimeSeconds()))));
        Assert.Equal(verdict, result.Verdict);
        Assert.Equal(verdict == TokenVerdict.Valid ? exp.AddSeconds(30) : null, result.Identity?.Expires);
    }

    [Fact]
    public void A_token_without_a_usable_exp_is_refused()
    {
        AssertInvalid("exp", Validate(Hs256, _mint.Hs256(new() { ["sub"] = "alice" })));
        foreach (object? exp in new object?[] { "soon", null, true, new[] { 1 } })
        {
            AssertInvalid("", Validate(Hs256, _mint.Hs256(TokenMint.Claims(("exp", exp)))));
        }
    }

    [Fact]
    public void An_exp_beyond_the_calendar_is_as_good_as_its_end() =>
        AssertAlice(Validate(Hs256, _mint.Hs256(TokenMint.Claims(("exp", 253_402_300_799_000)))));

    [Fact]
    public void A_token_that_is_not_valid_yet_is_refused()
    {
        string Until(int seconds) => _mint.Hs256(TokenMint.Claims(("nbf", TokenMint.Now.AddSeconds(seconds).ToUnixTimeSeconds())));
        AssertAlice(Validate(Hs256, Until(-1)));
        AssertAlice(Validate(Hs256, Until(30)));
        AssertInvalid("not valid yet", Validate(Hs256, Until(31)));
        AssertInvalid("not valid yet", Validate(Hs256 with { ClockSkew = TimeSpan.Zero }, Until(1)));
    }

    [Fact]
    public void Issuer_and_audience_count_where_they_are_set()
    {
        AuthOptions options = Hs256 with { Issuer = "us", Audience = "push" };
        AssertAlice(Validate(options, _mint.Hs256(TokenMint.Claims(("iss", "us"), ("aud", new[] { "x", "push" })))));
        AssertInvalid("issuer", Validate(options, _mint.Hs256(TokenMint.Claims(("iss", "them"), ("aud", "push")))));
        AssertInvalid("issuer", Validate(options, _mint.Hs256(TokenMint.Claims(("aud", "push")))));
        AssertInvalid("audience", Validate(options, _mint.Hs256(TokenMint.Claims(("iss", "us"), ("aud", "x")))));
        AssertInvalid("audience", Validate(options, _mint.Hs256(TokenMint.Claims(("iss", "us")))));
    }

    [Fact]
    public void The_user_is_a_name()
    {
        string Sub(object? sub) => _mint.Hs256(TokenMint.Claims(("sub", sub)));
        AssertInvalid("sub", Validate(Hs256, _mint.Hs256(new() { ["exp"] = TokenMint.Now.AddHours(1).ToUnixTimeSeconds() })));
        Assert.Equal(new string('é', 64), Validate(Hs256, Sub(new string('é', 64))).Identity!.User);
        foreach (object? bad in new object?[] { "", "a\nb", "\u0085", new string('é', 65), new string('a', 129), null, true, 7, 1.5, new[] { "a" }, new { a = 1 } })
        {
            AssertInvalid("", Validate(Hs256, Sub(bad)));
        }

        string surrogate = $$"""{"sub":"\ud800","exp":{{TokenMint.Now.AddHours(1).ToUnixTimeSeconds()}}}""";
        AssertInvalid("", Validate(Hs256, _mint.Hs256([], payload: surrogate)));
    }

    [Theory]
    [InlineData("""["b64"],"b64":true""")]
    [InlineData("""["ours"],"ours":1""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void An_extension_that_must_be_understood_is_refused(string crit) =>
        AssertInvalid("crit", Validate(Hs256, TokenMint.Sign(
            $$"""{"alg":"HS256","crit":{{crit}}}""",
            System.Text.Json.JsonSerializer.Serialize(TokenMint.Claims()),
            bytes => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_mint.Secret), bytes))));

    [Fact]
    public void Rooms_are_as_the_claims_say()
    {
        RoomRights Rights(params (string, object?)[] claims) =>
            Validate(Hs256, _mint.Hs256(TokenMint.Claims(claims))).Identity!.Rights;

        Assert.Same(RoomRights.All, Rights());
        RoomRights join = Rights(("join", new[] { "lobby", "team-*" }));
        Assert.True(join.MayJoin("lobby"u8) && join.MayJoin("team-"u8) && join.MayJoin("team-1") && join.MayPublish("x"u8));
        Assert.False(join.MayJoin("lobby2"u8) || join.MayJoin("team") || join.MayJoin(""u8));
        RoomRights none = Rights(("publish", Array.Empty<string>()));
        Assert.True(none.MayJoin("x"));
        Assert.False(none.MayPublish("x") || none.MayPublish("x"u8));
    }

    [Fact]
    public void A_claim_that_is_no_list_of_rooms_opens_none()
    {
        object?[] bad =
        [
            "lobby", "*", "[]", 1, true, null, new { a = "lobby" }, new object[] { "a", 1 }, new object?[] { null },
            new[] { "a\0" }, new[] { new string('r', 129) }, new[] { new string('r', 129) + "*" },
            Enumerable.Repeat("r", 65).ToArray(), "2030-01-01T00:00:00Z",
        ];
        foreach (object? value in bad)
        {
            AssertInvalid("join and publish", Validate(Hs256, _mint.Hs256(TokenMint.Claims(("join", value)))));
            AssertInvalid("join and publish", Validate(Hs256, _mint.Hs256(TokenMint.Claims(("publish", value)))));
        }

        long exp = TokenMint.Now.AddHours(1).ToUnixTimeSeconds();
        string surrogate = $$"""{"sub":"a","exp":{{exp}},"join":["\ud800"]}""";
        AssertInvalid("", Validate(Hs256, _mint.Hs256([], payload: surrogate)));
    }

    [Fact]
    public void A_token_over_8_kib_is_refused_unread()
    {
        string token = _mint.Hs256(TokenMint.Claims(("x", new string('x', 6200))));
        Assert.True(token.Length > TokenValidator.MaxTokenBytes);
        AssertInvalid("longer than 8192", Validate(Hs256, token));
        AssertInvalid("longer than 8192", Create(Hs256).Validate(Encoding.ASCII.GetBytes(token)));
        AssertAlice(Validate(Hs256, _mint.Hs256(TokenMint.Claims(("x", new string('x', 5500))))));
    }

    [Fact]
    public void What_is_no_token_is_refused()
    {
        AssertInvalid("no token", Validate(Hs256, ""));
        foreach (string text in new[] { " ", "a", "..", "a.b.c", "a.b.c.d.e", "....", "é.é.é", "e30.e30.", "bnVsbA.bnVsbA.", new string('.', 8000) })
        {
            AssertInvalid("", Validate(Hs256, text));
        }
    }

    [Fact]
    public void A_token_with_any_byte_changed_is_refused()
    {
        TokenValidator validator = Create(Hs256);
        string token = _mint.Hs256(TokenMint.Claims(("join", new[] { "a" })));
        Gen<(int At, char Value)> change =
            from at in Gen.Choose(0, token.Length - 1)
            from value in Gen.Elements("AZaz09-_.=+/ \0é".ToCharArray())
            select (at, value);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(change.ToArbitrary(), edit =>
        {
            // The last character holds two bits that belong to no byte; a change of those alone is none.
            string changed = token[..edit.At] + edit.Value + token[(edit.At + 1)..];
            Assert.True(changed == token || edit.At == token.Length - 1 || !validator.Validate(changed).IsValid, changed);
        }));
    }

    private static TokenValidator Create(AuthOptions options)
    {
        Assert.True(TokenValidator.TryCreate(options, new Clock(), out TokenValidator? validator, out string? error), error);
        return validator;
    }

    private static TokenResult Validate(AuthOptions options, string token) => Create(options).Validate(token);

    private static void AssertAlice(TokenResult result)
    {
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal("alice", result.Identity.User);
    }

    private static void AssertInvalid(string reason, TokenResult result)
    {
        Assert.Equal(TokenVerdict.Invalid, result.Verdict);
        Assert.Null(result.Identity);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TokenMint.Now;
    }
}
