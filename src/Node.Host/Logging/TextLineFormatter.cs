using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Node.Host.Logging;

/// <summary>One line for people: <c>2026-11-21T10:11:12.123Z warn  Node.Host[20] message</c>; an exception follows on lines of its own.</summary>
/// <remarks>
/// Control characters of a message are escaped: names come from the network, and must not forge lines or steer a terminal. The
/// framework's simple formatter lets escape sequences through.
/// </remarks>
internal sealed class TextLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "node-text";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        textWriter.Write(' ');
        textWriter.Write(LevelName.Of(logEntry.LogLevel).PadRight(LevelName.Width));
        textWriter.Write(' ');
        textWriter.Write(logEntry.Category);
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $"[{logEntry.EventId.Id}] "));
        WriteEscaped(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        scopeProvider?.ForEachScope((scope, writer) =>
        {
            writer.Write(" => ");
            WriteEscaped(writer, Convert.ToString(scope, CultureInfo.InvariantCulture) ?? "");
        }, textWriter);
        textWriter.Write('\n');
        if (logEntry.Exception is { } exception)
        {
            foreach (string line in exception.ToString().Split('\n'))
            {
                textWriter.Write("    ");
                WriteEscaped(textWriter, line.TrimEnd('\r'));
                textWriter.Write('\n');
            }
        }
    }

    private static void WriteEscaped(TextWriter writer, string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
            }
            else
            {
                writer.Write(c);
            }
        }
    }
}
