using Node.Connect.Settings;
using Node.Host.Settings;

namespace Node.Tests.Settings;

public sealed class SettingsRulesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_authentication_only_loopback_is_served_unless_it_is_said()
    {
        SettingsException error = Assert.Throws<SettingsException>(() => Load("node:\n  bind: 0.0.0.0\n"));
        Assert.Equal(_folder.At("node.yaml") + ":2:9: node.bind: authentication is off and 0.0.0.0 is not a loopback address; " +
            "set auth.enabled: true, or auth.allow_anonymous: true if everybody who can reach the port may be anybody", error.Message);

        LoadedSettings<NodeSettings> open = Load("node: { bind: 0.0.0.0 }\nauth: { allow_anonymous: true }\n");
        Assert.Contains(open.Warnings, warning => warning.Contains("authentication is off", StringComparison.Ordinal));
        LoadedSettings<NodeSettings> closed = Load($"node: {{ bind: 0.0.0.0 }}\nauth: {{ enabled: true, secret: {new string('s', 32)} }}\n");
        Assert.Empty(closed.Warnings);
        Load("node: { bind: 127.3.2.1 }\n");
    }

    [Fact]
    public void A_short_secret_is_warned_of() =>
        Assert.Equal("auth.secret has 5 bytes; RFC 7518 section 3.2 asks for 32 or more", Assert.Single(Load("auth: { secret: short }\n").Warnings));

    [Theory]
    [InlineData("auth: { enabled: true }", "auth.enabled: there is no key to check tokens with")]
    [InlineData("auth: { enabled: true, secret: short }", "auth.secret: auth.secret has 5 bytes")]
    [InlineData("tls: { enabled: true }", "tls.enabled: there is no certificate")]
    [InlineData("tls: { enabled: true, cert_file: FILE }", "tls.enabled: only one of tls.cert_file and tls.key_file is set")]
    [InlineData("tls: { enabled: true, cert_file: FILE, key_file: FILE, pfx_file: FILE }", "tls.enabled: there are two certificates")]
    [InlineData("messages: { max_frame_bytes: 128KiB }", "messages.max_frame_bytes: a frame may be larger than a message")]
    [InlineData("queue: { max_bytes: 2KiB }", "queue.max_bytes: a message of the size allowed does not fit the queue")]
    [InlineData("metrics: { port: 8083 }", "metrics.port: node.http_port and metrics.port are both 8083")]
    [InlineData("web: { public_ws_url: \"http://host/ws\" }", "web.public_ws_url: \"http://host/ws\" is no WebSocket address")]
    [InlineData("node: { allow_origins: [example.com] }", "node.allow_origins: \"example.com\" is no origin")]
    [InlineData("node: { allow_origins: [\"https://example.com/\"] }", "node.allow_origins: \"https://example.com/\" is no origin")]
    [InlineData("upstream: { url: \"localhost:8082\" }", "upstream.url: \"localhost:8082\" is no address of an application")]
    [InlineData("upstream: { events: [joined, arrived] }", "upstream.events: \"arrived\" is no event")]
    [InlineData("upstream: { token: \"a b\" }", "upstream.token: the token holds what a header cannot")]
    public void Keys_that_do_not_go_together_are_refused(string yaml, string expected)
    {
        string file = _folder.Write("key.pem", "");
        SettingsException error = Assert.Throws<SettingsException>(() => Load(yaml.Replace("FILE", file, StringComparison.Ordinal)));
        Assert.Contains(expected, Assert.Single(error.Errors).ToString());
    }

    [Theory]
    [InlineData("tls: { enabled: true, cert_file: FILE, key_file: FILE }")]
    [InlineData("tls: { enabled: true, pfx_file: FILE, pfx_password: x }")]
    [InlineData("node: { http_port: 0, grpc_port: 0 }\nweb: { port: 0 }")]
    [InlineData("web: { public_ws_url: \"wss://host/ws\" }")]
    [InlineData("upstream: { url: \"grpc://localhost:50060\", events: [] }")]
    public void What_goes_together_is_taken(string yaml) =>
        Assert.Empty(Load(yaml.Replace("FILE", _folder.Write("key.pem", ""), StringComparison.Ordinal)).Warnings);

    private LoadedSettings<NodeSettings> Load(string yaml) => new SettingsLoader<NodeSettings>(_folder.Write("node.yaml", yaml), _ => null).Load();
}
