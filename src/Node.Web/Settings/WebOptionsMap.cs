using System.Net;
using Node.Host.Settings;
using Node.Web.Api;

namespace Node.Web.Settings;

/// <summary>What the settings say, in the words of the web server.</summary>
public static class WebOptionsMap
{
    public static WebOptions Map(WebSection web, IPAddress bind) => new()
    {
        Port = web.Port,
        BindAddress = bind.ToString(),
        ApiKeys = web.ApiKey.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Tokens = web.JwtSecret.Length + web.JwtPublicKeyFile.Length > 0
            ? new ApiTokenOptions(web.JwtSecret, web.JwtPublicKeyFile, web.JwtAudience)
            : null,
        PublicNodeUrl = web.PublicWsUrl.Length > 0 ? web.PublicWsUrl : null,
    };

    /// <exception cref="SettingsException">The settings would open the API to everybody, or have a key that is no good.</exception>
    public static WebServer Create(WebOptions options, WebParts parts)
    {
        try
        {
            return new WebServer(options, parts);
        }
        catch (ArgumentException error)
        {
            throw new SettingsException([new SettingsError(new SettingOrigin("settings"), "web", error.Message)]);
        }
    }
}
