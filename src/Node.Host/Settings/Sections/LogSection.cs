using Microsoft.Extensions.Logging;

namespace Node.Host.Settings;

/// <summary>Settings under <c>log:</c>.</summary>
public sealed record LogSection
{
    [Setting("Least level that is written.", Hot = true, Aliases = "info=information warn=warning")]
    public LogLevel Level { get; init; } = LogLevel.Information;

    [Setting("text for people, json for machines: one object a line.")]
    public LogFormat Format { get; init; } = LogFormat.Text;
}
