using Microsoft.Extensions.Logging;
using Node.Host.Logging;

namespace Node.Push.Logging;

/// <summary>
/// The log events of push-manager, beside those of every process (<see cref="HostLog"/>). The ids are part of the product: they are never
/// reused, and alerts may rest on them.
/// </summary>
public static partial class PushLog
{
    [LoggerMessage(1, LogLevel.Information, "Push-manager {Id} {Version} starts, process {ProcessId}")]
    public static partial void Starting(this ILogger log, string id, string version, int processId);

    [LoggerMessage(4, LogLevel.Information, "Stopping because of {Reason}")]
    public static partial void Stopping(this ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(70, LogLevel.Information, "The cluster has {Nodes} nodes and {Managers} push-managers")]
    public static partial void ViewTaken(this ILogger log, int nodes, int managers);

    [LoggerMessage(71, LogLevel.Warning, "Node {Node}: {Problem}")]
    public static partial void NodeStreamEnded(this ILogger log, string node, string problem);

    [LoggerMessage(72, LogLevel.Error, "The router has failed at something; it goes on")]
    public static partial void RouterFailed(this ILogger log, Exception error);
}
