using System.Diagnostics;
using Node.Tests.Auth;
using Node.Tests.Settings;
using Node.Tests.Support;
using Node.Web;
using Node.Web.Api;

namespace Node.Tests.Web;

/// <summary>Who may use the API, and that a server which would let in everybody does not start.</summary>
public sealed class ApiAccessTests
{
    private const string Key = "correct-horse-battery";
    private const string Other = "staple-of-sixteen";

    private static readonly string[] Protected =
        ["api/rooms", "api/rooms/lobby", "api/users/alice", "api/nodes", "api/stats", "api/health"];

    private static readonly string[] Posts = ["api/push/user/a", "api/push/room/a", "api/broadcast", "api/kick"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_key_set_nothing_passes_without_it(bool process)
    {
        await using ApiSite site = await ApiSite.StartAsync(process, ("WEB_API_KEY", $"{Key} {Other}"));
        foreach ((string Name, string Value)[] headers in new (string, string)[][]
        {
            [], [("Authorization", "Bearer wrong")], [("Authorization", $"Basic {Key}")], [("Authorization", Key)],
            [("X-Api-Key", Key + "x")], [("X-Api-Key", Key[..^1])], [("X-Api-Key", "")], [("Authorization", "Bearer ")],
            [("Authorization", $"Bearer {Key} {Other}")], [("Cookie", $"X-Api-Key={Key}")],
        })
        {
            foreach (string path in Protected)
            {
                ApiReply reply = await site.GetAsync(path, headers);
                reply.Problem(401);
                Assert.Equal("Bearer", reply.Headers.WwwAuthenticate.ToString());
            }

            foreach (string path in Posts)
            {
                (await site.PostAsync(path, """{"data":1}""", headers)).Problem(401);
            }
        }
    }

    [Theory]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("Authorization", "bearer " + Key)]
    [InlineData("Authorization", "Bearer " + Other)]
    [InlineData("X-Api-Key", Key)]
    [InlineData("x-api-key", Other)]
    public async Task A_key_opens_the_API_from_anywhere(string header, string value)
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false, ("WEB_API_KEY", $"{Key} {Other}"));
        (await site.GetAsync("api/stats", (header, value))).Good();
        (await site.PostAsync("api/broadcast", """{"data":1}""", (header, value), ("Origin", "https://elsewhere.example"))).Good();
        (await site.GetAsync("api/stats", (header, value), ("Host", "push.example"))).Good();
    }

    [Fact]
    public async Task What_pages_need_before_they_have_a_key_is_open()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: true, ("WEB_API_KEY", Key));
        (await site.GetAsync("api/connect-info")).Good();
        (await site.GetAsync("api/openapi.json")).Good();
        Assert.Equal(200, (await site.GetAsync("health")).Status);
    }

    [Fact]
    public async Task Keys_change_while_the_server_runs()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false, ("WEB_API_KEY", Key));
        site.Server!.Apply(new WebOptions { ApiKeys = [Other] });
        (await site.GetAsync("api/stats", ("X-Api-Key", Key))).Problem(401);
        (await site.GetAsync("api/stats", ("X-Api-Key", Other))).Good();
        Assert.Throws<ArgumentException>(() => site.Server.Apply(new WebOptions { ApiKeys = ["short"] }));
        (await site.GetAsync("api/stats", ("X-Api-Key", Other))).Good();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "rebound.example")]
    [InlineData("Host", "192.0.2.1:8086")]
    public async Task Without_a_key_pages_of_other_sites_stay_out(string header, string value)
    {
        await using ApiSite site = await ApiSite.StartAsync(process: true);
        foreach (string path in Protected)
        {
            (await site.GetAsync(path, (header, value))).Problem(403);
        }

        foreach (string path in Posts)
        {
            (await site.PostAsync(path, """{"data":1}""", (header, value))).Problem(403);
        }
    }

    [Fact]
    public async Task Without_a_key_the_own_pages_and_programs_on_this_machine_come_in()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        string origin = site.Address.GetLeftPart(UriPartial.Authority);
        (await site.GetAsync("api/stats", ("Origin", origin), ("Sec-Fetch-Site", "same-origin"))).Good();
        (await site.GetAsync("api/stats", ("Sec-Fetch-Site", "none"))).Good();
        (await site.GetAsync("api/stats", ("Host", $"localhost:{site.Address.Port}"))).Good();
        (await site.GetAsync("api/stats", ("Host", "[::1]:8086"))).Good();
        (await site.GetAsync("api/stats")).Good();
    }

    [Fact]
    public async Task A_token_opens_the_API_only_when_it_is_meant_for_it()
    {
        using var mint = new TokenMint();
        string pem = mint.File("public.pem", TokenMint.Ec.ExportSubjectPublicKeyInfoPem());
        var options = new WebOptions { ApiKeys = [Key], Tokens = new ApiTokenOptions(mint.Secret, pem, "node-api") };
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        site.Server!.Apply(options);
        Dictionary<string, object?> good = Claims("node-api");
        foreach (string token in new[] { mint.Hs256(good), TokenMint.Es256(good), mint.Hs256(Claims(new[] { "chat", "node-api" })), Key })
        {
            (await site.GetAsync("api/stats", ("Authorization", "Bearer " + token))).Good();
        }

        Dictionary<string, object?> eternal = Claims("node-api");
        eternal.Remove("exp");
        Dictionary<string, object?> over = Claims("node-api");
        over["exp"] = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds();
        string unsigned = TokenMint.Sign("""{"alg":"none"}""", System.Text.Json.JsonSerializer.Serialize(good), _ => []);
        string confused = mint.Hs256(good, System.Text.Encoding.UTF8.GetBytes(TokenMint.Ec.ExportSubjectPublicKeyInfoPem()));
        foreach (string token in new[]
        {
            mint.Hs256(Claims("chat")), mint.Hs256(eternal), mint.Hs256(over), mint.Hs256(good, new byte[32]), unsigned, confused,
            mint.Hs256(good)[..^2], TokenMint.Rs256(good), new string('a', 9000), "a.b.c",
        })
        {
            (await site.GetAsync("api/stats", ("Authorization", "Bearer " + token))).Problem(401);
        }
    }

    [Theory]
    [InlineData("a secret", "", "node-api", "shorter than 32 bytes")]
    [InlineData("", "none.pem", "node-api", "none.pem cannot be read")]
    [InlineData("", "", "node-api", "need a secret or a public key")]
    [InlineData("a secret of exactly 32 bytes ...", "", "", "an audience")]
    [InlineData("", "text", "node-api", "holds no public key")]
    [InlineData("", "private", "node-api", "holds a private key")]
    [InlineData("", "weak", "node-api", "holds no public key for RS256 or ES256")]
    public void Token_settings_that_are_no_good_are_refused(string secret, string file, string audience, string said)
    {
        using var mint = new TokenMint();
        using var weak = System.Security.Cryptography.RSA.Create(1024);
        string path = file switch
        {
            "text" => mint.File("text.pem", "hello"),
            "private" => mint.File("private.pem", TokenMint.Ec.ExportPkcs8PrivateKeyPem()),
            "weak" => mint.File("weak.pem", weak.ExportSubjectPublicKeyInfoPem()),
            _ => file,
        };
        var options = new WebOptions { Tokens = new ApiTokenOptions(secret, path, audience) };
        Assert.Contains(said, Assert.Throws<ArgumentException>(() => new WebServer(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("*")]
    [InlineData("::")]
    [InlineData("192.0.2.7")]
    public void Beyond_loopback_a_key_is_required(string address)
    {
        var open = new WebOptions { BindAddress = address };
        Assert.Contains("WEB_API_KEY", open.Validate(), StringComparison.Ordinal);
        Assert.Null((open with { ApiKeys = [Key] }).Validate());
        Assert.Null((open with { Tokens = new ApiTokenOptions("s", "", "a") }).Validate());
        Assert.Null((open with { BindAddress = "::1" }).Validate());
        Assert.Contains("16", (open with { ApiKeys = ["tooshort"] }).Validate(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "WEB_API_KEY")]
    [InlineData("short", "at least 16")]
    public async Task The_process_does_not_start_open_to_everybody(string key, string said)
    {
        Assert.SkipUnless(NodeProcessUnderTest.Executable is not null, "Node.Standalone is not built");
        using var folder = new TestFolder();
        var start = new ProcessStartInfo(NodeProcessUnderTest.Executable!) { WorkingDirectory = folder.Root, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string port in new[] { "HTTP_PORT", "GRPC_PORT", "WEB_PORT", "METRICS_PORT" })
        {
            start.Environment[port] = "0";
        }

        start.Environment["NODE_BIND"] = "0.0.0.0";
        start.Environment["AUTH_ALLOW_ANONYMOUS"] = "true";
        start.Environment["WEB_API_KEY"] = key;
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(RawClient.Patience);
        string errors = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(said, Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Claims(object audience) => new()
    {
        ["sub"] = "shop", ["aud"] = audience, ["exp"] = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds(),
    };
}
