using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>
/// All settings of a node, immutable; <c>new NodeSettings()</c> is the defaults. A section is one property, a key one property of
/// a section's record with its <see cref="SettingAttribute"/>.
/// </summary>
public sealed record NodeSettings : ISettings<NodeSettings>
{
    public static SettingsTable Table { get; } = new(typeof(NodeSettings));

    public NodeSection Node { get; init; } = new();
    public HeartbeatSection Heartbeat { get; init; } = new();
    public MessagesSection Messages { get; init; } = new();
    public QueueSection Queue { get; init; } = new();
    public RoomsSection Rooms { get; init; } = new();
    public CompressionSection Compression { get; init; } = new();
    public TlsSection Tls { get; init; } = new();
    public AuthSection Auth { get; init; } = new();
    public UpstreamSection Upstream { get; init; } = new();
    public ClusterSection Cluster { get; init; } = new();
    public EtcdSection Etcd { get; init; } = new();
    public RedisSection Redis { get; init; } = new();
    public RpcSection Rpc { get; init; } = new();
    public EmbeddedControllerSection Controller { get; init; } = new();
    public EmbeddedPushSection Push { get; init; } = new();
    public WebSection Web { get; init; } = new();
    public MetricsSection Metrics { get; init; } = new();
    public TracingSection Tracing { get; init; } = new();
    public LogSection Log { get; init; } = new();

    public static IEnumerable<SettingsViolation> Violations(NodeSettings settings) => SettingsRules.Violations(settings);

    public static IEnumerable<string> Warnings(NodeSettings settings) => SettingsRules.Warnings(settings);
}
