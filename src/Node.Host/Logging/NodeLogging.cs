using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Node.Host.Settings;

namespace Node.Host.Logging;

/// <summary>
/// Sets up logging to standard output through the framework's console logger, whose queue is what we would have to write: bounded,
/// written by a thread of its own, and when it is full lines are dropped and their number is written in their place. Only the look
/// of a line is ours.
/// </summary>
public static class NodeLogging
{
    // Lines that may wait for a slow terminal or pipe. Dropping beats blocking: an event loop logs too.
    private const int QueuedLines = 8192;

    /// <summary>A factory for a process without a host builder.</summary>
    public static ILoggerFactory CreateFactory(LogFormat format, LogLevelSwitch level) =>
        LoggerFactory.Create(logging => logging.AddNodeConsole(format, level));

    /// <summary>Adds standard output as the place, the format as the look, and the switch as the filter.</summary>
    public static ILoggingBuilder AddNodeConsole(this ILoggingBuilder logging, LogFormat format, LogLevelSwitch level)
    {
        logging.AddConsole(options =>
        {
            options.FormatterName = format == LogFormat.Json ? JsonLineFormatter.FormatterName : TextLineFormatter.FormatterName;
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            options.MaxQueueLength = QueuedLines;
        });
        logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLineFormatter, ConsoleFormatterOptions>();
        logging.Services.TryAddSingleton(TimeProvider.System);

        // The minimum is asked once per logger, the filters at every call: so the switch works as a filter.
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter(level.Passes);
        logging.AddFilter("Microsoft", level.PassesFramework);
        logging.AddFilter("System", level.PassesFramework);

        // It logs nothing but its own start and stop, and a failure of them with the stack: whoever called it gets that one as an
        // exception, and says it in a line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        return logging;
    }
}
