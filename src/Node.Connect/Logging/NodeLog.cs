using Microsoft.Extensions.Logging;

namespace Node.Connect.Logging;

/// <summary>
/// Every log event of connect-node. The ids are part of the product: they are never reused, and alerts may rest on them.
/// 1-9 the process, 10-19 settings, 20-29 accepting, 30-39 connections and handlers, 40-49 metrics.
/// </summary>
public static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "Node {NodeId} {Version} starts with {Loops} loops on {Transport}, process {ProcessId}")]
    public static partial void Starting(this ILogger log, string nodeId, string version, int loops, string transport, int processId);

    [LoggerMessage(2, LogLevel.Information, "Listening for {Service} on {Address}")]
    public static partial void Listening(this ILogger log, string service, string address);

    [LoggerMessage(3, LogLevel.Information, "Ready after {Elapsed}")]
    public static partial void Ready(this ILogger log, TimeSpan elapsed);

    [LoggerMessage(4, LogLevel.Information, "Stopping because of {Reason}: {Connections} connections have {Deadline} to leave")]
    public static partial void Stopping(this ILogger log, string reason, int connections, TimeSpan deadline);

    [LoggerMessage(5, LogLevel.Information, "Stopped; {Cut} connections were cut at the deadline")]
    public static partial void Stopped(this ILogger log, int cut);

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

    [LoggerMessage(20, LogLevel.Warning, "Accepting paused: {Reason}")]
    public static partial void AcceptPaused(this ILogger log, string reason);

    [LoggerMessage(21, LogLevel.Information, "Accepting resumed")]
    public static partial void AcceptResumed(this ILogger log);

    [LoggerMessage(23, LogLevel.Information, "TLS certificate reloaded: {Certificate}")]
    public static partial void CertificateReloaded(this ILogger log, string certificate);

    [LoggerMessage(24, LogLevel.Error, "TLS certificate refused, the old one stays in force: {Reason}")]
    public static partial void CertificateRefused(this ILogger log, string reason);

    [LoggerMessage(30, LogLevel.Debug, "Connection {Connection} is {User}")]
    public static partial void ConnectionNamed(this ILogger log, ulong connection, string user);

    [LoggerMessage(31, LogLevel.Debug, "Connection {Connection} of {User} is gone")]
    public static partial void ConnectionGone(this ILogger log, ulong connection, string user);

    [LoggerMessage(33, LogLevel.Error, "The handler of {MessageId} failed; its message got an error reply")]
    public static partial void HandlerFailed(this ILogger log, string messageId, Exception error);

    [LoggerMessage(34, LogLevel.Error, "A fault on loop {Loop} cost a connection")]
    public static partial void ConnectionFailed(this ILogger log, int loop, Exception error);

    [LoggerMessage(40, LogLevel.Warning, "Metric {Metric} has reached {Limit} series; further label values are counted together")]
    public static partial void SeriesOverflow(this ILogger log, string metric, int limit);

    [LoggerMessage(41, LogLevel.Warning, "Instrument {Instrument} is not exported: {Reason}")]
    public static partial void InstrumentRefused(this ILogger log, string instrument, string reason);

    [LoggerMessage(42, LogLevel.Warning, "An observable instrument failed while metrics were collected")]
    public static partial void CollectFailed(this ILogger log, Exception error);
}
