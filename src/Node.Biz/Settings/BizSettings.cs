using System.Net;
using Node.Host.Settings;

namespace Node.Biz.Settings;

/// <summary>All settings of the biz-server, immutable; a fresh instance is the defaults.</summary>
public sealed record BizSettings : ISettings<BizSettings>
{
    public static SettingsTable Table { get; } = new(typeof(BizSettings));

    public BizSection Biz { get; init; } = new();
    public WebSection Web { get; init; } = new();
    public OrdersSection Orders { get; init; } = new();
    public TracingSection Tracing { get; init; } = new();
    public LogSection Log { get; init; } = new();

    public static IEnumerable<SettingsViolation> Violations(BizSettings settings)
    {
        if (settings.Biz.Token.Length == 0 && !IPAddress.IsLoopback(settings.Biz.Bind))
        {
            yield return new SettingsViolation(["biz.bind", "biz.token"],
                $"{settings.Biz.Bind} is not a loopback address, and everybody who can reach it can place orders for anybody", "set biz.token");
        }

        if (!Uri.TryCreate(settings.Web.Address, UriKind.Absolute, out Uri? web) || web.Scheme is not ("http" or "https"))
        {
            yield return new SettingsViolation(["web.address"], $"\"{settings.Web.Address}\" is no web-server", "allowed: http://host:port or https://host");
        }

        foreach (SettingsViolation violation in settings.Tracing.Violations())
        {
            yield return violation;
        }
    }

    public static IEnumerable<string> Warnings(BizSettings settings) => [];
}
