using Microsoft.Extensions.Logging;

namespace Node.Host.Logging;

/// <summary>
/// The log events that every process has. The ids are part of the product: they are never reused, and alerts may rest on them.
/// 1-9 the process, 10-19 settings, 40-49 metrics; a process's own catalogue has the others.
/// </summary>
public static partial class HostLog
{
    [LoggerMessage(2, LogLevel.Information, "Listening for {Service} on {Address}")]
    public static partial void Listening(this ILogger log, string service, string address);

    [LoggerMessage(3, LogLevel.Information, "Ready after {Elapsed}")]
    public static partial void Ready(this ILogger log, TimeSpan elapsed);

    [LoggerMessage(6, LogLevel.Critical, "Cannot start: {Reason}")]
    public static partial void CannotStart(this ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Critical, "An unexpected failure ends the process")]
    public static partial void Failed(this ILogger log, Exception error);

    [LoggerMessage(10, LogLevel.Information, "Settings reloaded: {Changes}")]
    public static partial void SettingsReloaded(this ILogger log, string changes);

    [LoggerMessage(11, LogLevel.Warning, "Settings changed that need a restart; the old values stay in force: {Changes}")]
    public static partial void SettingsNeedRestart(this ILogger log, string changes);

    [LoggerMessage(12, LogLevel.Error, "Settings file {File} refused, the old settings stay in force: {Errors}")]
    public static partial void SettingsRefused(this ILogger log, string file, string errors);

    [LoggerMessage(13, LogLevel.Debug, "Settings file {File} was written without changing a setting that can change now")]
    public static partial void SettingsUnchanged(this ILogger log, string file);

    [LoggerMessage(14, LogLevel.Error, "A handler of changed settings failed; the others were called")]
    public static partial void SettingsHandlerFailed(this ILogger log, Exception error);

    [LoggerMessage(15, LogLevel.Warning, "No notifications for settings file {File}, it is looked at every {Interval}: {Reason}")]
    public static partial void SettingsNotNotified(this ILogger log, string file, TimeSpan interval, string reason);

    [LoggerMessage(16, LogLevel.Warning, "Settings: {Warning}")]
    public static partial void SettingsWarning(this ILogger log, string warning);

    [LoggerMessage(40, LogLevel.Warning, "Metric {Metric} has reached {Limit} series; further label values are counted together")]
    public static partial void SeriesOverflow(this ILogger log, string metric, int limit);

    [LoggerMessage(41, LogLevel.Warning, "Instrument {Instrument} is not exported: {Reason}")]
    public static partial void InstrumentRefused(this ILogger log, string instrument, string reason);

    [LoggerMessage(42, LogLevel.Warning, "An observable instrument failed while metrics were collected")]
    public static partial void CollectFailed(this ILogger log, Exception error);
}
