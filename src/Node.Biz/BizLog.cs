namespace Node.Biz;

/// <summary>The log events of biz-server, beside those of every process. The ids are never reused.</summary>
internal static partial class BizLog
{
    [LoggerMessage(300, LogLevel.Warning, "Order {Order}: {User} was not told of its state after {Tries} tries: {Reason}")]
    public static partial void PushGivenUp(this ILogger log, string order, string user, int tries, string reason);
}
