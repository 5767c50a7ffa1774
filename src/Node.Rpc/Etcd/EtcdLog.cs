using Microsoft.Extensions.Logging;

namespace Node.Rpc.Etcd;

/// <summary>
/// Every log event about etcd itself, in any process. The ids are part of the product: they are never reused.
/// 200-209 watches, 210-219 leases.
/// </summary>
internal static partial class EtcdLog
{
    [LoggerMessage(200, LogLevel.Warning, "The watch of {Prefix} is broken, what it showed last stays in force: {Reason}")]
    public static partial void WatchBroken(this ILogger log, string prefix, string reason);

    [LoggerMessage(201, LogLevel.Information, "The watch of {Prefix} goes on after {Away}, at revision {Revision}")]
    public static partial void WatchResumed(this ILogger log, string prefix, TimeSpan away, long revision);

    [LoggerMessage(202, LogLevel.Warning, "The watch of {Prefix} starts over at revision {Revision}: {Reason}")]
    public static partial void WatchRestarted(this ILogger log, string prefix, long revision, EtcdRestart reason);

    [LoggerMessage(203, LogLevel.Critical, "A fault has ended what keeps {What} up")]
    public static partial void LoopFailed(this ILogger log, string what, Exception error);

    [LoggerMessage(210, LogLevel.Debug, "Keeping lease {Lease} alive failed, it is tried again: {Reason}")]
    public static partial void KeepAliveFailed(this ILogger log, long lease, string reason);

    [LoggerMessage(211, LogLevel.Warning, "Lease {Lease} is lost")]
    public static partial void LeaseLost(this ILogger log, long lease);
}
