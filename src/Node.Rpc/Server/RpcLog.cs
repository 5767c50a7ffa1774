using Microsoft.Extensions.Logging;

namespace Node.Rpc;

/// <summary>Every log event of a gRPC server. The ids are part of the product: they are never reused. 100-109.</summary>
internal static partial class RpcLog
{
    [LoggerMessage(100, LogLevel.Error, "{Method} failed for {Peer}")]
    public static partial void HandlerFailed(this ILogger log, Exception exception, string method, string peer);

    [LoggerMessage(101, LogLevel.Debug, "{Method} for {Peer} ended with {Status}: {Detail}")]
    public static partial void Ended(this ILogger log, string method, string peer, Grpc.Core.StatusCode status, string detail);

    [LoggerMessage(102, LogLevel.Warning, "A call of {Method} by {Peer} had no or a wrong token")]
    public static partial void Unauthenticated(this ILogger log, string method, string peer);

    [LoggerMessage(103, LogLevel.Error, "What a handler does when its deadline passes failed")]
    public static partial void CancelledBadly(this ILogger log, Exception exception);
}
