using Microsoft.Extensions.Logging;
using Node.Host.Logging;

namespace Node.Controller.Logging;

/// <summary>
/// The log events of controller-manager, beside those of every process (<see cref="HostLog"/>). The ids are part of the product: they are
/// never reused, and alerts may rest on them. 1-9 the process, 50-59 leadership and nodes, 60-69 stores.
/// </summary>
public static partial class ControllerLog
{
    [LoggerMessage(1, LogLevel.Information, "Controller {Id} {Version} starts, process {ProcessId}")]
    public static partial void Starting(this ILogger log, string id, string version, int processId);

    [LoggerMessage(4, LogLevel.Information, "Stopping because of {Reason}")]
    public static partial void Stopping(this ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(50, LogLevel.Information, "This controller leads, term {Term}")]
    public static partial void Leads(this ILogger log, long term);

    [LoggerMessage(51, LogLevel.Information, "This controller follows {Leader}")]
    public static partial void Follows(this ILogger log, string leader);

    [LoggerMessage(52, LogLevel.Information, "Node {Node} reports, incarnation {Incarnation}")]
    public static partial void NodeReports(this ILogger log, string node, ulong incarnation);

    [LoggerMessage(53, LogLevel.Warning, "A stream of node {Node} was refused: {Outcome}")]
    public static partial void ReportRefused(this ILogger log, string node, string outcome);

    [LoggerMessage(54, LogLevel.Warning, "Node {Node} is lost ({Reason}): its members are gone")]
    public static partial void NodeLost(this ILogger log, string node, string reason);

    [LoggerMessage(55, LogLevel.Information, "Term {Term} is over: {Reason}")]
    public static partial void TermEnded(this ILogger log, long term, string reason);

    [LoggerMessage(60, LogLevel.Information, "Store {Store} is reached")]
    public static partial void StoreReached(this ILogger log, string store);

    [LoggerMessage(61, LogLevel.Warning, "Store {Store} is away, next attempt in {Retry}: {Reason}")]
    public static partial void StoreAway(this ILogger log, string store, string reason, TimeSpan retry);

    [LoggerMessage(62, LogLevel.Error, "Store {Store} belongs to another leader, nothing more is written: {Reason}")]
    public static partial void StoreFenced(this ILogger log, string store, string reason);

    [LoggerMessage(63, LogLevel.Information, "Store {Store} is compared with memory, thing by thing")]
    public static partial void StoreCompared(this ILogger log, string store);

    [LoggerMessage(64, LogLevel.Information, "Restored {Connections} connections in {Rooms} rooms from {Store} in {Elapsed}")]
    public static partial void Restored(this ILogger log, int connections, int rooms, string store, TimeSpan elapsed);

    [LoggerMessage(65, LogLevel.Warning, "Nothing could be restored from {Store}: {Reason}")]
    public static partial void NotRestored(this ILogger log, string store, string reason);

    [LoggerMessage(66, LogLevel.Information, "Schema of {Store} brought from version {From} to {To}")]
    public static partial void Migrated(this ILogger log, string store, int from, int to);
}
