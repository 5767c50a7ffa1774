using System.Net;
using Microsoft.Extensions.Logging;
using Node.Connect.Settings;
using Node.Host.Settings;

namespace Node.Tests.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_file_and_environment_the_defaults_hold()
    {
        NodeSettings settings = new SettingsLoader<NodeSettings>(null, _ => null).Load().Settings;
        Assert.Empty(NodeSettings.Table.Changes(new NodeSettings(), settings));
        Assert.Equal(8083, settings.Node.HttpPort);
        Assert.Equal(IPAddress.Loopback, settings.Node.Bind);
        Assert.Equal(TimeSpan.FromSeconds(25), settings.Heartbeat.Interval);
        Assert.Equal(1 << 20, settings.Queue.MaxBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("node:\nqueue: ~\n")]
    [InlineData("node:\n  http_port:\n  id: null\n")]
    public void A_file_that_sets_nothing_leaves_the_defaults(string yaml) =>
        Assert.Empty(NodeSettings.Table.Changes(new NodeSettings(), Load(yaml).Settings));

    [Fact]
    public void Every_type_is_read_from_the_file()
    {
        NodeSettings settings = Load("""
            node: { bind: "::1", http_port: 9000, transport: sockets, echo: true, allow_origins: [https://a.example, "https://b.example:8443"] }
            heartbeat:
              interval: 1.5s
              timeout: 250ms
            messages: { max_bytes: 128KiB }
            queue: { max_bytes: 2 MiB, policy: close }
            rooms:
              history_ttl: 2h
              policies:
                - { pattern: "ticker-*", policy: latest_only, max_bytes: 64KiB }
                - pattern: orders
                  policy: close
            log: { level: WARN, format: json }
            """).Settings;
        Assert.Equal(IPAddress.IPv6Loopback, settings.Node.Bind);
        Assert.Equal((9000, TransportKind.Sockets, true), (settings.Node.HttpPort, settings.Node.Transport, settings.Node.Echo));
        Assert.Equal(["https://a.example", "https://b.example:8443"], settings.Node.AllowOrigins);
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(250)), (settings.Heartbeat.Interval, settings.Heartbeat.Timeout));
        Assert.Equal((128 * 1024, 2 << 20, QueuePolicy.Close), (settings.Messages.MaxBytes, settings.Queue.MaxBytes, settings.Queue.Policy));
        Assert.Equal(
            [
                new RoomPolicy { Pattern = "ticker-*", Policy = QueuePolicy.LatestOnly, MaxBytes = 65536 },
                new RoomPolicy { Pattern = "orders", Policy = QueuePolicy.Close },
            ],
            settings.Rooms.Policies);
        Assert.Equal((LogLevel.Warning, LogFormat.Json), (settings.Log.Level, settings.Log.Format));
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_the_file_over_the_default()
    {
        _environment["HTTP_PORT"] = "7001";
        _environment["NODE_ALLOW_ORIGINS"] = "https://a.example, https://b.example";
        _environment["LOG_LEVEL"] = "";
        LoadedSettings<NodeSettings> loaded = Load("node:\n  http_port: 7000\n  grpc_port: 7002\nlog:\n  level: debug\n");
        Assert.Equal((7001, 7002, 8086), (loaded.Settings.Node.HttpPort, loaded.Settings.Node.GrpcPort, loaded.Settings.Web.Port));
        Assert.Equal(["https://a.example", "https://b.example"], loaded.Settings.Node.AllowOrigins);
        Assert.Equal(LogLevel.Debug, loaded.Settings.Log.Level);
        Assert.Equal("environment HTTP_PORT", loaded.Origins[NodeSettings.Table.Key("node.http_port")].ToString());
        Assert.Equal(_folder.At("node.yaml") + ":3:14", loaded.Origins[NodeSettings.Table.Key("node.grpc_port")].ToString());
    }

    [Theory]
    [InlineData("NODE_ID", "node.id")]
    [InlineData("HTTP_PORT", "node.http_port")]
    [InlineData("GRPC_PORT", "node.grpc_port")]
    [InlineData("NODE_LOOPS", "node.loops")]
    [InlineData("NODE_TRANSPORT", "node.transport")]
    [InlineData("NODE_ECHO", "node.echo")]
    [InlineData("AUTH_SECRET", "auth.secret")]
    [InlineData("WEB_PORT", "web.port")]
    [InlineData("METRICS_PORT", "metrics.port")]
    [InlineData("LOG_LEVEL", "log.level")]
    [InlineData("LOG_FORMAT", "log.format")]
    public void The_users_own_variables_are_known(string variable, string path) =>
        Assert.Equal(variable, NodeSettings.Table.Key(path).Environment);

    [Fact]
    public void No_variable_stands_for_two_keys()
    {
        string?[] variables = [.. NodeSettings.Table.Keys.Select(key => key.Environment).Where(name => name is not null)];
        Assert.Equal(variables.Length, variables.Distinct().Count());
    }

    [Fact]
    public void Placeholders_are_filled_from_the_environment_or_their_default()
    {
        _environment["PORT_HERE"] = "7100";
        _environment["EMPTY"] = "";
        NodeSettings settings = Load("""
            node:
              http_port: ${PORT_HERE:1}
              grpc_port: ${NOT_SET:7101}
              id: "node-${EMPTY:a}-$${raw}"
            auth: { issuer: "${NOT_SET:https://issuer.example/x}", audience: "${NOT_SET:}" }
            """).Settings;
        Assert.Equal((7100, 7101, "node-a-${raw}"), (settings.Node.HttpPort, settings.Node.GrpcPort, settings.Node.Id));
        Assert.Equal(("https://issuer.example/x", ""), (settings.Auth.Issuer, settings.Auth.Audience));
    }

    [Theory]
    [InlineData("node:\n  id: ${NOT_SET}\n", ":2:7: node.id: the environment variable NOT_SET is not set, and ${NOT_SET} gives no default (${NOT_SET:default})")]
    [InlineData("node:\n  id: \"a${b\"\n", ":2:7: node.id: ${ has no closing }")]
    [InlineData("node:\n  id: \"${1a:x}\"\n", ":2:7: node.id: ${1a:x} does not start with the name of an environment variable")]
    [InlineData("node:\n  id: \"${A:${B:x}}\"\n", ":2:7: node.id: the default of ${A:...} holds another ${, which is not supported")]
    [InlineData("node:\n  http_port: 80833\n", ":2:14: node.http_port: \"80833\" is out of range; allowed: 0 to 65535")]
    [InlineData("node:\n  http_port: many\n", ":2:14: node.http_port: \"many\" is not a whole number; allowed: 0 to 65535")]
    [InlineData("node:\n  http_port: -1\n", ":2:14: node.http_port: \"-1\" is not a whole number; allowed: 0 to 65535")]
    [InlineData("node:\n  http_port: [1]\n", ":2:14: node.http_port: this is a list; allowed: a single value")]
    [InlineData("node:\n  transport: uring\n", ":2:14: node.transport: \"uring\" is not one of the choices; allowed: auto, epoll, sockets")]
    [InlineData("node:\n  echo: yes\n", ":2:9: node.echo: \"yes\" is not one of the choices; allowed: true or false")]
    [InlineData("node:\n  bind: localhost\n", ":2:9: node.bind: \"localhost\" is no IP address; allowed: an IP address, such as 127.0.0.1, 0.0.0.0 or ::")]
    [InlineData("node:\n  bind: \"1\"\n", ":2:9: node.bind: \"1\" is no IP address; allowed: an IP address, such as 127.0.0.1, 0.0.0.0 or ::")]
    [InlineData("heartbeat:\n  interval: 25\n", ":2:13: heartbeat.interval: \"25\" is no duration; allowed: a number with a unit: ms, s, m, h; 100ms to 1h")]
    [InlineData("queue:\n  max_bytes: 1MB\n", ":2:14: queue.max_bytes: \"1MB\" is no size; allowed: a number of bytes, or with a unit: B, KiB, MiB, GiB; 1KiB to 1GiB")]
    [InlineData("queue:\n  max_bytes: 99999999999999999999GiB\n", ":2:14: queue.max_bytes: \"99999999999999999999GiB\" is out of range; allowed: a number of bytes, or with a unit: B, KiB, MiB, GiB; 1KiB to 1GiB")]
    [InlineData("node:\n  htp_port: 1\n", ":2:3: node.htp_port: unknown key; did you mean node.http_port?")]
    [InlineData("node:\n  interval: 1s\n", ":2:3: node.interval: unknown key; did you mean heartbeat.interval?")]
    [InlineData("node:\n  colour: red\n", ":2:3: node.colour: unknown key")]
    [InlineData("nodes:\n  id: a\n", ":1:1: nodes: unknown key; did you mean node?")]
    [InlineData("http_port: 1\n", ":1:1: http_port: unknown key; did you mean node.http_port?")]
    [InlineData("- a\n", ":1:1: this is a list; allowed: a mapping of sections")]
    [InlineData("node: 5\n", ":1:7: node: this is a single value; allowed: a mapping of keys")]
    [InlineData("node:\n  allow_origins: [[a]]\n", ":2:19: node.allow_origins: an item is not text; allowed: a list of texts")]
    [InlineData("rooms:\n  policies: close\n", ":2:13: rooms.policies: this is a single value; allowed: a list of mappings")]
    [InlineData("rooms:\n  policies:\n    - close\n", ":3:7: rooms.policies: this is a single value; allowed: a mapping of pattern, policy, max_bytes")]
    [InlineData("rooms:\n  policies:\n    - pattern: a\n", ":3:7: rooms.policies: an item has no policy; As queue.policy.")]
    [InlineData("rooms:\n  policies:\n    - { pattern: a, policy: close, max_byte: 1 }\n", ":3:36: rooms.policies[].max_byte: unknown key; did you mean rooms.policies[].max_bytes?")]
    [InlineData("rooms:\n  policies:\n    - { pattern: a, policy: never }\n", ":3:29: rooms.policies: policy: \"never\" is not one of the choices; allowed: drop_oldest, latest_only, close")]
    [InlineData("rooms:\n  policies:\n    - { pattern: [a], policy: close }\n", ":3:18: rooms.policies: pattern is not a single value; allowed: text")]
    [InlineData("tls:\n  cert_file: /nowhere/cert.pem\n", ":2:14: tls.cert_file: there is no file \"/nowhere/cert.pem\"")]
    [InlineData("a: 1\n---\nb: 2\n", ":3:1: a second document (after ---) starts here; allowed: one document")]
    public void A_mistake_is_told_with_its_place_and_what_is_allowed(string yaml, string expected) =>
        Assert.Contains(Errors(yaml), error => error.StartsWith(_folder.At("node.yaml") + expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("node:\n\tid: a\n", ":2:1: not valid YAML: ")]
    [InlineData("node: {id: a\n", "not valid YAML: ")]
    [InlineData("node:\n  id: a\n  id: b\n", ":3:3: not valid YAML: ")]
    [InlineData("security:\n  origins: [a, b\n  id: c\n", ":2:14: not valid YAML: ")]
    public void What_is_not_YAML_is_told_with_its_place(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Single(Errors(yaml)));

    [Fact]
    public void A_file_nested_without_end_is_refused_and_does_not_overflow_the_stack() =>
        Assert.Contains("nested deeper than 16 levels", Assert.Single(Errors("node: " + new string('[', 200_000))));

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        _environment["HTTP_PORT"] = "http";
        _environment["WEB_PORT"] = "tcp://10.0.0.1:8086";
        string[] errors = Errors("node:\n  loops: x\n  colour: red\nqueue:\n  policy: never\nmessages: { max_bytes: 2MiB }\n");
        Assert.Equal(6, errors.Length);
        Assert.Contains("environment HTTP_PORT: node.http_port: \"http\" is not a whole number; allowed: 0 to 65535", errors);
        Assert.Contains(errors, error => error.StartsWith("environment WEB_PORT: web.port: ", StringComparison.Ordinal)
            && error.Contains("enableServiceLinks: false", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("a message of the size allowed does not fit the queue", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_never_appears_in_an_error_or_on_a_page()
    {
        SettingKey key = NodeSettings.Table.Key("auth.secret");
        Assert.Equal("(set)", key.Display("hush"));
        LoadedSettings<NodeSettings> loaded = Load("auth: { secret: hush-hush-hush }\n");
        Assert.DoesNotContain("hush", SettingsReference.Effective(loaded));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error()
    {
        SettingsException error = Assert.Throws<SettingsException>(() => new SettingsLoader<NodeSettings>(_folder.At("none.yaml"), _ => null).Load());
        Assert.Equal(_folder.At("none.yaml") + ": there is no such file", error.Message);
    }

    [Fact]
    public void A_file_that_is_no_settings_file_is_not_read_into_memory()
    {
        using (FileStream large = File.Create(_folder.At("node.yaml")))
        {
            large.SetLength(1L << 32);
        }

        SettingsException error = Assert.Throws<SettingsException>(() => new SettingsLoader<NodeSettings>(_folder.At("node.yaml"), _ => null).Load());
        Assert.EndsWith("the file is larger than 1 MiB", error.Message);
    }

    private LoadedSettings<NodeSettings> Load(string yaml) =>
        new SettingsLoader<NodeSettings>(_folder.Write("node.yaml", yaml), _environment.GetValueOrDefault).Load();

    private string[] Errors(string yaml) =>
        [.. Assert.Throws<SettingsException>(() => Load(yaml)).Errors.Select(error => error.ToString())];
}
