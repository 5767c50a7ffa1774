using System.Net;
using Node.Host.Settings;

namespace Node.Controller.Settings;

/// <summary>All settings of a controller, immutable; a fresh instance is the defaults.</summary>
public sealed record ControllerSettings : ISettings<ControllerSettings>
{
    public static SettingsTable Table { get; } = new(typeof(ControllerSettings));

    public ControllerSection Controller { get; init; } = new();
    public EtcdSection Etcd { get; init; } = new() { Endpoints = ["localhost:2379"] };
    public RedisSection Redis { get; init; } = new();
    public DatabaseSection Database { get; init; } = new();
    public WritingSection Writing { get; init; } = new();
    public MetricsSection Metrics { get; init; } = new() { Port = 9090 };
    public TracingSection Tracing { get; init; } = new();
    public LogSection Log { get; init; } = new();

    public static IEnumerable<SettingsViolation> Violations(ControllerSettings settings)
    {
        if (settings.Controller.GrpcPort > 0 && settings.Controller.GrpcPort == settings.Metrics.Port)
        {
            yield return new SettingsViolation(["controller.grpc_port", "metrics.port"],
                $"controller.grpc_port and metrics.port are both {settings.Metrics.Port}", "give each its own port");
        }

        foreach (SettingsViolation violation in settings.Etcd.Violations().Concat(settings.Tracing.Violations()))
        {
            yield return violation;
        }

        if (settings.Controller.KeyFile.Length > 0 && settings.Controller.CertFile.Length == 0)
        {
            yield return new SettingsViolation(["controller.key_file", "controller.cert_file"],
                "there is a key and no certificate", "set controller.cert_file");
        }
    }

    public static IEnumerable<string> Warnings(ControllerSettings settings)
    {
        if (settings.Controller.Token.Length == 0 && !IPAddress.IsLoopback(settings.Controller.Bind))
        {
            yield return $"controller.token is not set and controller.bind is {settings.Controller.Bind}: everybody who can reach the port can call it";
        }
    }
}
