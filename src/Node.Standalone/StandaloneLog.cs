using Microsoft.Extensions.Logging;

namespace Node.Standalone;

/// <summary>The log events of standalone, beside those of its parts. The ids are part of the product: they are never reused.</summary>
internal static partial class StandaloneLog
{
    [LoggerMessage(50, LogLevel.Error, "The controller has ended; the node goes on without it")]
    public static partial void ControllerEnded(this ILogger log, Exception error);

    [LoggerMessage(51, LogLevel.Information, "etcd.endpoints is set: this node is one of a cluster, and its managers are processes of their own")]
    public static partial void ManagersElsewhere(this ILogger log);
}
