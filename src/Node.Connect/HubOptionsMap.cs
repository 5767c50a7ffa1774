using Node.Connect.Machine;
using Node.Connect.Settings;
using Node.Host.Settings;
using Node.Hub;
using Node.Hub.Auth;
using Node.Transport;
using Node.Wire;
using Overflow = Node.Transport.Overflow;

namespace Node.Connect;

/// <summary>What the settings say, in the words of the hub and the transport.</summary>
internal static class HubOptionsMap
{
    private const int MaxHeaders = 64;

    /// <exception cref="SettingsException">A key file cannot be read, or a value is none that the hub can take.</exception>
    public static HubOptions Map(NodeSettings settings, MachineLimits machine) => new()
    {
        NodeId = settings.Node.EffectiveId,
        Echo = settings.Node.Echo,
        HeadLimits = new HeadLimits(settings.Node.HeaderBytes, MaxHeaders),
        HandshakeTimeout = Milliseconds(settings.Node.HandshakeTimeout),
        ConnectTimeout = Milliseconds(settings.Node.ConnectTimeout),
        HeartbeatInterval = Milliseconds(settings.Heartbeat.Interval),
        HeartbeatTimeout = Milliseconds(settings.Heartbeat.Timeout),
        MaxMessageBytes = settings.Messages.MaxBytes,
        MaxFrameBytes = settings.Messages.MaxFrameBytes,
        MaxConnections = MachineNeeds.MaxConnections(settings.Node.MaxConnections, machine.Descriptors),
        MaxSockets = MachineNeeds.MaxSockets(machine.Descriptors),
        AdmissionRate = settings.Node.AdmissionRate,
        AdmissionBurst = settings.Node.AdmissionBurst,
        MaxRoomsPerConnection = settings.Rooms.MaxPerConnection,
        Queue = new SendPolicy(OverflowOf(settings.Queue.Policy), settings.Queue.MaxBytes),
        RoomPolicies = [.. settings.Rooms.Policies.Select(policy => PolicyOf(policy, settings.Queue))],
        History = new HistoryOptions(
            settings.Rooms.History, settings.Rooms.HistoryBytes, Milliseconds(settings.Rooms.HistoryTtl),
            settings.Rooms.HistoryTotalBytes),
        PresenceLimit = settings.Rooms.PresenceLimit,
        Origins = Origins(settings.Node.AllowOrigins),
        Deflate = DeflateOf(settings.Compression),
        Tokens = Tokens(settings.Auth),
    };

    public static TlsOptions? Tls(NodeSettings settings, Action<string> loaded, Action<string> refused)
    {
        TlsSection tls = settings.Tls;
        if (!tls.Enabled)
        {
            return null;
        }

        bool pfx = tls.PfxFile.Length > 0;
        return new TlsOptions(pfx ? tls.PfxFile : tls.CertFile, pfx ? null : tls.KeyFile)
        {
            Password = tls.PfxPassword.Length > 0 ? tls.PfxPassword : null,
            HandshakeTimeoutMs = Milliseconds(settings.Node.HandshakeTimeout),
            Reloaded = certificate => loaded($"{certificate.Subject}, valid until {certificate.NotAfter:u}"),
            ReloadFailed = refused,
        };
    }

    private static int Milliseconds(TimeSpan time) => (int)Math.Min(time.TotalMilliseconds, int.MaxValue);

    private static Overflow OverflowOf(QueuePolicy policy) => policy switch
    {
        QueuePolicy.DropOldest => Overflow.DropOldest,
        QueuePolicy.LatestOnly => Overflow.LatestOnly,
        _ => Overflow.Close,
    };

    private static Hub.RoomPolicy PolicyOf(Settings.RoomPolicy policy, QueueSection queue) => new(
        policy.Pattern,
        new SendPolicy(OverflowOf(policy.Policy), policy.MaxBytes > 0 ? policy.MaxBytes : queue.MaxBytes));

    private static OriginPolicy Origins(IReadOnlyList<string> patterns)
    {
        try
        {
            return new OriginPolicy(patterns);
        }
        catch (ArgumentException exception)
        {
            throw Bad("node.allow_origins", exception.Message);
        }
    }

    private static DeflateOptions DeflateOf(CompressionSection compression) => new()
    {
        Enabled = compression.Enabled,
        MinSize = compression.MinBytes,
        Level = compression.Level,
        ServerMaxWindowBits = compression.ServerWindowBits,
        ClientMaxWindowBits = compression.ClientWindowBits,
        ServerNoContextTakeover = !compression.ServerContextTakeover,
        ClientNoContextTakeover = !compression.ClientContextTakeover,
    };

    private static TokenValidator? Tokens(AuthSection auth)
    {
        if (!auth.Enabled)
        {
            return null;
        }

        var options = new AuthOptions
        {
            Enabled = true,
            Secret = auth.Secret,
            PublicKeyFile = auth.PublicKeyFile,
            JwksFile = auth.JwksFile,
            Issuer = auth.Issuer,
            Audience = auth.Audience,
            ClockSkew = auth.ClockSkew,
        };
        return TokenValidator.TryCreate(options, TimeProvider.System, out TokenValidator? validator, out string? error)
            ? validator
            : throw Bad("auth", error);
    }

    private static SettingsException Bad(string key, string problem) =>
        new([new SettingsError(new SettingOrigin("settings"), key, problem)]);
}
