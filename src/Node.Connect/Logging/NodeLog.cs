using Microsoft.Extensions.Logging;
using Node.Host.Logging;

namespace Node.Connect.Logging;

/// <summary>
/// The log events of connect-node, beside those of every process (<see cref="HostLog"/>). The ids are part of the product: they are
/// never reused, and alerts may rest on them. 1-9 the process, 20-29 accepting, 30-39 connections and handlers, 60-69 the application
/// upstream, 70-79 the cluster, 80-89 a bus over a store.
/// </summary>
public static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "Node {NodeId} {Version} starts with {Loops} loops on {Transport}, process {ProcessId}")]
    public static partial void Starting(this ILogger log, string nodeId, string version, int loops, string transport, int processId);

    [LoggerMessage(4, LogLevel.Information, "Stopping because of {Reason}: {Connections} connections have {Deadline} to leave")]
    public static partial void Stopping(this ILogger log, string reason, int connections, TimeSpan deadline);

    [LoggerMessage(5, LogLevel.Information, "Stopped; {Cut} connections were cut at the deadline")]
    public static partial void Stopped(this ILogger log, int cut);

    [LoggerMessage(8, LogLevel.Warning, "This machine is small for the settings: {Limit}. ./build.sh tune --connections {Connections} explains, and sets it with --apply")]
    public static partial void MachineTooSmall(this ILogger log, string limit, int connections);

    [LoggerMessage(9, LogLevel.Information, "What a turn sends leaves {Path}")]
    public static partial void SendPath(this ILogger log, string path);

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

    [LoggerMessage(60, LogLevel.Information, "Upstream is {Address}: unknown messages and the events {Events} go there")]
    public static partial void UpstreamNamed(this ILogger log, string address, string events);

    [LoggerMessage(61, LogLevel.Warning, "Upstream failed ({Failure}), others do not wait for it: {Reason}")]
    public static partial void UpstreamFailed(this ILogger log, string failure, string reason);

    [LoggerMessage(62, LogLevel.Information, "Upstream answers again")]
    public static partial void UpstreamAnswers(this ILogger log);

    [LoggerMessage(70, LogLevel.Information, "The cluster has {Managers} push-managers and {Nodes} nodes")]
    public static partial void ViewTaken(this ILogger log, int managers, int nodes);

    [LoggerMessage(71, LogLevel.Error, "The bus has failed at something; it goes on")]
    public static partial void BusFailed(this ILogger log, Exception error);

    [LoggerMessage(72, LogLevel.Information, "The controller knows who is on {Node}")]
    public static partial void Reported(this ILogger log, string node);

    [LoggerMessage(73, LogLevel.Warning, "The controller does not know who is on {Node} now: {Problem}")]
    public static partial void NotReported(this ILogger log, string node, string problem);

    [LoggerMessage(74, LogLevel.Information, "Being emptied: {Connections} connections, {Rate} a second")]
    public static partial void Empties(this ILogger log, int connections, int rate);

    [LoggerMessage(75, LogLevel.Error, "A later start of {Node} is registered; this one stands aside and should be stopped")]
    public static partial void Superseded(this ILogger log, string node);

    [LoggerMessage(80, LogLevel.Warning, "The bus over {Store} is away, publishes wait: {Reason}")]
    public static partial void BusAway(this ILogger log, string store, string reason);

    [LoggerMessage(81, LogLevel.Information, "The bus over {Store} works")]
    public static partial void BusWorks(this ILogger log, string store);

    [LoggerMessage(82, LogLevel.Warning, "The bus over {Store} leaves out what is not of its making, at {Key}")]
    public static partial void BusValueIgnored(this ILogger log, string store, string key);

    [LoggerMessage(76, LogLevel.Information, "The bus is {Bus} now")]
    public static partial void BusSwitched(this ILogger log, string bus);

    [LoggerMessage(77, LogLevel.Error, "The bus could not become {Bus}")]
    public static partial void BusNotSwitched(this ILogger log, string bus, Exception error);
}
