using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Node.Connect.Logging;
using Node.Host.Logging;
using Node.Host.Settings;

namespace Node.Tests.Settings;

public sealed class LoggingTests
{
    [Fact]
    public void A_json_line_has_time_level_event_message_fields_scopes_and_exception()
    {
        string line = Format(new JsonLineFormatter(new ManualTime()), log =>
        {
            using (log.BeginScope("in a scope"))
            using (log.BeginScope(new Dictionary<string, object?> { ["user"] = "alice" }))
            {
                log.HandlerFailed("chat\n\"x\"", new InvalidOperationException("broken"));
            }
        });
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(line);
        JsonElement root = json.RootElement;
        Assert.Equal("2026-11-21T10:11:12.123Z", root.GetProperty("time").GetString());
        Assert.Equal("error", root.GetProperty("level").GetString());
        Assert.Equal("Node.Tests", root.GetProperty("category").GetString());
        Assert.Equal(33, root.GetProperty("event_id").GetInt32());
        Assert.Equal("HandlerFailed", root.GetProperty("event").GetString());
        Assert.Equal("The handler of chat\n\"x\" failed; its message got an error reply", root.GetProperty("message").GetString());
        Assert.Equal("chat\n\"x\"", root.GetProperty("fields").GetProperty("MessageId").GetString());
        Assert.False(root.GetProperty("fields").TryGetProperty("{OriginalFormat}", out _));
        Assert.Equal("in a scope", root.GetProperty("scopes")[0].GetString());
        Assert.Equal("alice", root.GetProperty("scopes")[1].GetProperty("user").GetString());
        Assert.Contains("broken", root.GetProperty("exception").GetString());
    }

    [Fact]
    public void Fields_keep_their_json_types()
    {
        string line = Format(new JsonLineFormatter(new ManualTime()), log =>
            log.LogInformation("{A} {B} {C} {D} {E} {F} {G}", 1, 2.5, true, null, double.NaN, 3.5m, ulong.MaxValue));
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal(
            "{\"A\":1,\"B\":2.5,\"C\":true,\"D\":null,\"E\":\"NaN\",\"F\":3.5,\"G\":18446744073709551615}",
            json.RootElement.GetProperty("fields").GetRawText());
    }

    [Fact]
    public void A_text_line_is_one_line_whatever_a_name_holds()
    {
        string line = Format(new TextLineFormatter(new ManualTime()), log => log.ConnectionGone(7, "a\nb\u001b[31m"));
        Assert.Equal("2026-11-21T10:11:12.123Z debug Node.Tests[31] Connection 7 of a\\u000ab\\u001b[31m is gone\n", line);
    }

    [Fact]
    public void An_exception_follows_the_text_line_indented()
    {
        string text = Format(new TextLineFormatter(new ManualTime()), log => log.Failed(new InvalidOperationException("first\nsecond")));
        Assert.Equal(
            "2026-11-21T10:11:12.123Z fatal Node.Tests[7] An unexpected failure ends the process\n" +
            "    System.InvalidOperationException: first\n    second\n", text);
    }

    [Fact]
    public void The_level_changes_while_running()
    {
        LogLevelSwitch level = new(LogLevel.Information);
        using ILoggerFactory factory = NodeLogging.CreateFactory(LogFormat.Text, level);
        ILogger ours = factory.CreateLogger("Node.Connect");
        ILogger framework = factory.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        Assert.Equal((true, false, false), (ours.IsEnabled(LogLevel.Information), ours.IsEnabled(LogLevel.Debug), framework.IsEnabled(LogLevel.Information)));
        level.Level = LogLevel.Debug;
        Assert.Equal((true, true), (ours.IsEnabled(LogLevel.Debug), framework.IsEnabled(LogLevel.Debug)));
        level.Level = LogLevel.Error;
        Assert.Equal((false, true), (ours.IsEnabled(LogLevel.Warning), ours.IsEnabled(LogLevel.Error)));
        Assert.False(factory.CreateLogger("Microsoft.Extensions.Hosting.Internal.Host").IsEnabled(LogLevel.Critical));
    }

    [Fact]
    public void No_event_id_stands_twice_in_the_catalogue()
    {
        int[] ids = [.. typeof(HostLog).GetMethods().Concat(typeof(NodeLog).GetMethods())
            .SelectMany(method => method.GetCustomAttributes(typeof(LoggerMessageAttribute), false))
            .Select(attribute => ((LoggerMessageAttribute)attribute).EventId)];
        Assert.True(ids.Length > 20);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static string Format(ConsoleFormatter formatter, Action<ILogger> write)
    {
        FormattingLog log = new(formatter);
        write(log);
        return log.Output.ToString();
    }

    private sealed class FormattingLog(ConsoleFormatter formatter) : ILogger
    {
        private readonly LoggerExternalScopeProvider _scopes = new();

        public StringWriter Output { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
            formatter.Write(new LogEntry<TState>(logLevel, "Node.Tests", eventId, state, exception, text), _scopes, Output);
    }
}
