using Microsoft.Extensions.Logging;

namespace Node.Host.Logging;

/// <summary>The least level that is written, changeable while the process runs. Any thread.</summary>
public sealed class LogLevelSwitch(LogLevel level)
{
    private volatile LogLevel _level = level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    internal bool Passes(LogLevel level) => level >= _level;

    /// <summary>The framework's own categories speak a level softer, unless somebody is debugging.</summary>
    internal bool PassesFramework(LogLevel level) =>
        Passes(level) && (level >= LogLevel.Warning || _level <= LogLevel.Debug);
}
