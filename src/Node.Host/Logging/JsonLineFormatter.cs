using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Node.Host.Logging;

/// <summary>
/// One JSON object a line: <c>time</c> (UTC, ISO 8601), <c>level</c>, <c>category</c>, <c>event_id</c>, <c>event</c>, <c>message</c>,
/// then <c>fields</c>, <c>scopes</c> and <c>exception</c> where there are any.
/// </summary>
/// <remarks>Not the framework's JSON formatter: it leaves out the event's name and repeats the message inside the state.</remarks>
internal sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "node-json";

    private const string OriginalFormat = "{OriginalFormat}";

    // Relaxed: the output is read by log collectors, not pasted into HTML. Control characters are escaped by either encoder.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", LevelName.Of(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            json.WriteNumber("event_id", logEntry.EventId.Id);
            if (logEntry.EventId.Name is { } name)
            {
                json.WriteString("event", name);
            }

            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(json, "fields", logEntry.State);
            WriteScopes(json, scopeProvider);
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteScopes(Utf8JsonWriter json, IExternalScopeProvider? scopes)
    {
        bool any = false;
        scopes?.ForEachScope((scope, writer) =>
        {
            if (!any)
            {
                writer.WriteStartArray("scopes");
                any = true;
            }

            if (scope is IEnumerable<KeyValuePair<string, object?>> fields)
            {
                writer.WriteStartObject();
                WriteEntries(writer, fields);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteStringValue(Convert.ToString(scope, CultureInfo.InvariantCulture));
            }
        }, json);
        if (any)
        {
            json.WriteEndArray();
        }
    }

    private static void WriteFields<TState>(Utf8JsonWriter json, string name, TState state)
    {
        if (state is not IReadOnlyCollection<KeyValuePair<string, object?>> fields || !fields.Any(field => field.Key != OriginalFormat))
        {
            return;
        }

        json.WriteStartObject(name);
        WriteEntries(json, fields);
        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        foreach ((string key, object? value) in fields)
        {
            if (key != OriginalFormat)
            {
                json.WritePropertyName(key);
                WriteValue(json, value);
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
