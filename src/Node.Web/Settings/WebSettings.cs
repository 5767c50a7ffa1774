using Node.Host.Settings;

namespace Node.Web.Settings;

/// <summary>All settings of the web-server's own process, immutable; a fresh instance is the defaults.</summary>
public sealed record WebSettings : ISettings<WebSettings>
{
    public static SettingsTable Table { get; } = new(typeof(WebSettings));

    public ServerSection Web { get; init; } = new();
    public ManagersSection Managers { get; init; } = new();
    public EtcdSection Etcd { get; init; } = new();
    public TracingSection Tracing { get; init; } = new();
    public LogSection Log { get; init; } = new();

    public static IEnumerable<SettingsViolation> Violations(WebSettings settings)
    {
        if (WebOptionsMap.Map(settings.Web, settings.Web.Bind).Validate() is { } wrong)
        {
            yield return new SettingsViolation(["web.bind", "web.port", "web.api_key", "web.public_ws_url"], wrong, "");
        }

        foreach (SettingsViolation violation in settings.Etcd.Violations().Concat(settings.Tracing.Violations()))
        {
            yield return violation;
        }

        foreach ((string key, IReadOnlyList<string> addresses) in new[]
        {
            ("managers.push", settings.Managers.Push), ("managers.controllers", settings.Managers.Controllers),
        })
        {
            if (addresses.Count == 0 || addresses.Any(address => !settings.Managers.IsAddress(address)))
            {
                yield return new SettingsViolation([key], $"{key} has no address, or one that cannot be read", "allowed: host:port, or a URL, several separated by commas");
            }
        }
    }

    public static IEnumerable<string> Warnings(WebSettings settings) => [];
}
