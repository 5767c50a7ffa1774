using Node.Host.Settings;

namespace Node.Push.Settings;

/// <summary>All settings of a push-manager, immutable; a fresh instance is the defaults.</summary>
public sealed record PushSettings : ISettings<PushSettings>
{
    public static SettingsTable Table { get; } = new(typeof(PushSettings));

    public PushSection Push { get; init; } = new();
    public EtcdSection Etcd { get; init; } = new() { Endpoints = ["localhost:2379"] };
    public RpcSection Rpc { get; init; } = new();
    public MetricsSection Metrics { get; init; } = new() { Port = 9093 };
    public TracingSection Tracing { get; init; } = new();
    public LogSection Log { get; init; } = new();

    public static IEnumerable<SettingsViolation> Violations(PushSettings settings)
    {
        if (settings.Push.GrpcPort > 0 && settings.Push.GrpcPort == settings.Metrics.Port)
        {
            yield return new SettingsViolation(["push.grpc_port", "metrics.port"],
                $"push.grpc_port and metrics.port are both {settings.Metrics.Port}", "give each its own port");
        }

        if (!settings.Etcd.IsUsed)
        {
            yield return new SettingsViolation(["etcd.endpoints"], "there is no etcd to find the nodes in", "set etcd.endpoints");
        }

        foreach (SettingsViolation violation in settings.Etcd.Violations().Concat(settings.Rpc.Violations()).Concat(settings.Tracing.Violations()))
        {
            yield return violation;
        }
    }

    public static IEnumerable<string> Warnings(PushSettings settings) => settings.Rpc.Warnings(settings.Push.Bind);
}
