using System.Net;
using System.Text;
using Node.Connect.Upstream;
using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>What must hold between keys. Checked at start, and at a reload on what would come in force.</summary>
internal static class SettingsRules
{
    // RFC 7518 section 3.2: a key of the hash's size or more.
    private const int SecretBytes = 32;

    public static IEnumerable<SettingsViolation> Violations(NodeSettings settings) =>
        [
            .. Access(settings), .. Tls(settings), .. Limits(settings), .. Ports(settings), .. Addresses(settings), .. Cluster(settings),
            .. Upstream(settings.Upstream), .. settings.Tracing.Violations(),
        ];

    /// <summary>What works, but is not wise.</summary>
    public static IEnumerable<string> Warnings(NodeSettings settings)
    {
        int secretBytes = Encoding.UTF8.GetByteCount(settings.Auth.Secret);
        if (secretBytes is > 0 and < SecretBytes)
        {
            yield return $"auth.secret has {secretBytes} bytes; RFC 7518 section 3.2 asks for {SecretBytes} or more";
        }

        if (!settings.Auth.Enabled && settings.Auth.AllowAnonymous && !IPAddress.IsLoopback(settings.Node.Bind))
        {
            yield return $"authentication is off and node.bind is {settings.Node.Bind}: everybody who can reach the port can be anybody";
        }

        foreach (string warning in settings.Cluster.IsJoined(settings.Etcd) ? settings.Rpc.Warnings(settings.Node.Bind) : [])
        {
            yield return warning;
        }
    }

    private static IEnumerable<SettingsViolation> Access(NodeSettings settings)
    {
        AuthSection auth = settings.Auth;
        if (!auth.Enabled && !auth.AllowAnonymous && !IPAddress.IsLoopback(settings.Node.Bind))
        {
            yield return new SettingsViolation(["node.bind", "auth.enabled", "auth.allow_anonymous"],
                $"authentication is off and {settings.Node.Bind} is not a loopback address",
                "set auth.enabled: true, or auth.allow_anonymous: true if everybody who can reach the port may be anybody");
        }

        int secretBytes = Encoding.UTF8.GetByteCount(auth.Secret);
        if (auth.Enabled && secretBytes is > 0 and < SecretBytes)
        {
            yield return new SettingsViolation(["auth.secret"],
                $"auth.secret has {secretBytes} bytes", $"RFC 7518 section 3.2 asks for {SecretBytes} or more");
        }

        if (auth.Enabled && auth.Secret.Length + auth.PublicKeyFile.Length + auth.JwksFile.Length == 0)
        {
            yield return new SettingsViolation(["auth.enabled", "auth.secret", "auth.public_key_file", "auth.jwks_file"],
                "there is no key to check tokens with", "set auth.secret, auth.public_key_file or auth.jwks_file");
        }
    }

    private static IEnumerable<SettingsViolation> Tls(NodeSettings settings)
    {
        TlsSection tls = settings.Tls;
        bool pem = tls.CertFile.Length > 0 && tls.KeyFile.Length > 0;
        bool half = (tls.CertFile.Length > 0) != (tls.KeyFile.Length > 0);
        bool pfx = tls.PfxFile.Length > 0;
        if (tls.Enabled && (half || pem == pfx))
        {
            yield return new SettingsViolation(["tls.enabled", "tls.cert_file", "tls.key_file", "tls.pfx_file"],
                half ? "only one of tls.cert_file and tls.key_file is set" : pem ? "there are two certificates" : "there is no certificate",
                "set tls.cert_file and tls.key_file, or tls.pfx_file");
        }
    }

    private static IEnumerable<SettingsViolation> Limits(NodeSettings settings)
    {
        MessagesSection messages = settings.Messages;
        if (messages.MaxFrameBytes > messages.MaxBytes)
        {
            yield return new SettingsViolation(["messages.max_frame_bytes", "messages.max_bytes"],
                "a frame may be larger than a message", "set messages.max_frame_bytes to 0 or at most messages.max_bytes");
        }

        if (settings.Queue.MaxBytes < messages.MaxBytes)
        {
            yield return new SettingsViolation(["queue.max_bytes", "messages.max_bytes"],
                "a message of the size allowed does not fit the queue", "set queue.max_bytes to at least messages.max_bytes");
        }
    }

    private static IEnumerable<SettingsViolation> Cluster(NodeSettings settings)
    {
        if (settings.Cluster.Bus == BusKind.Managers && !settings.Etcd.IsUsed)
        {
            yield return new SettingsViolation(["cluster.bus", "etcd.endpoints"], "push-managers find a node in etcd, and there is none", "set etcd.endpoints");
        }

        if (settings.Cluster.Bus == BusKind.Etcd && !settings.Etcd.IsUsed)
        {
            yield return new SettingsViolation(["cluster.bus", "etcd.endpoints"], "etcd is the bus, and there is none", "set etcd.endpoints");
        }

        if (settings.Cluster.Bus == BusKind.Redis && !settings.Redis.IsUsed)
        {
            yield return new SettingsViolation(["cluster.bus", "redis.address"], "Redis is the bus, and there is none", "set redis.address");
        }

        foreach (SettingsViolation violation in settings.Etcd.Violations().Concat(settings.Rpc.Violations()))
        {
            yield return violation;
        }
    }

    private static IEnumerable<SettingsViolation> Ports(NodeSettings settings)
    {
        bool isAlone = !settings.Etcd.IsUsed;
        (string Key, int Port)[] ports =
        [
            ("node.http_port", settings.Node.HttpPort), ("node.grpc_port", settings.Node.GrpcPort),
            ("controller.grpc_port", isAlone && settings.Controller.Enabled ? settings.Controller.GrpcPort : 0),
            ("push.grpc_port", isAlone && settings.Push.Enabled ? settings.Push.GrpcPort : 0),
            ("web.port", settings.Web.Port), ("metrics.port", settings.Metrics.Port),
        ];
        foreach (var same in ports.Where(entry => entry.Port > 0).GroupBy(entry => entry.Port).Where(group => group.Count() > 1))
        {
            string[] keys = [.. same.Select(entry => entry.Key)];
            yield return new SettingsViolation(keys, $"{string.Join(" and ", keys)} are both {same.Key}", "give each its own port");
        }
    }

    private static IEnumerable<SettingsViolation> Addresses(NodeSettings settings)
    {
        string url = settings.Web.PublicWsUrl;
        if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "ws" or "wss"))
        {
            yield return new SettingsViolation(["web.public_ws_url"], $"\"{url}\" is no WebSocket address", "allowed: ws://host:port/ws or wss://host/ws");
        }

        foreach (string origin in settings.Node.AllowOrigins)
        {
            bool fits = origin == "*"
                || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? parsed) && parsed.GetLeftPart(UriPartial.Authority) == origin);
            if (!fits)
            {
                yield return new SettingsViolation(["node.allow_origins"], $"\"{origin}\" is no origin", "allowed: *, or https://host or https://host:port");
            }
        }
    }

    private static IEnumerable<SettingsViolation> Upstream(UpstreamSection upstream)
    {
        if (upstream.Url.Length > 0 && !UpstreamAddress.IsValid(upstream.Url))
        {
            yield return new SettingsViolation(["upstream.url"], $"\"{upstream.Url}\" is no address of an application",
                "allowed: grpc://host:port, grpcs://host:port, http://host:port/path or https://host/path");
        }

        foreach (string name in upstream.Events.Where(name => !UpstreamEvents.Names.Contains(name)))
        {
            yield return new SettingsViolation(["upstream.events"], $"\"{name}\" is no event",
                $"allowed: {string.Join(", ", UpstreamEvents.Names)}");
        }

        if (upstream.Token.Any(letter => letter is <= ' ' or > '~'))
        {
            yield return new SettingsViolation(["upstream.token"], "the token holds what a header cannot", "allowed: printable ASCII characters without spaces");
        }
    }
}
