using Microsoft.Extensions.Logging;

namespace Node.Host.Logging;

/// <summary>Levels as both formats write them.</summary>
internal static class LevelName
{
    public const int Width = 5;

    public static string Of(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
