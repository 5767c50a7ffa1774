using Microsoft.Extensions.Logging;

namespace Node.Rpc.Discovery;

/// <summary>
/// Every log event about members and leaders, in any process. The ids are part of the product: they are never reused.
/// 220-229 the registry, 230-239 elections.
/// </summary>
internal static partial class DiscoveryLog
{
    [LoggerMessage(220, LogLevel.Debug, "Registered as {Key}, {State}")]
    public static partial void Registered(this ILogger log, string key, MemberState state);

    [LoggerMessage(221, LogLevel.Warning, "Not registered as {Key}, it is tried again: {Reason}")]
    public static partial void RegistrationFailed(this ILogger log, string key, string reason);

    [LoggerMessage(222, LogLevel.Critical, "{Key} belongs to a later start of this process ({Incarnation}): this one registers no more")]
    public static partial void Superseded(this ILogger log, string key, long incarnation);

    [LoggerMessage(223, LogLevel.Error, "What {Key} says is no member, and is left out: {Reason}")]
    public static partial void MemberUnreadable(this ILogger log, string key, string reason);

    [LoggerMessage(224, LogLevel.Warning, "Members are missing since etcd is back; they stay in the view for {Grace}")]
    public static partial void MembersMissing(this ILogger log, TimeSpan grace);

    [LoggerMessage(225, LogLevel.Error, "A handler of changed members or leaders failed")]
    public static partial void HandlerFailed(this ILogger log, Exception error);

    [LoggerMessage(226, LogLevel.Warning, "This etcd counts from {Revision} again; the registry goes on counting from {Number}")]
    public static partial void CountsFromBase(this ILogger log, long revision, long number);

    [LoggerMessage(230, LogLevel.Information, "{Id} leads {Election} in term {Term}")]
    public static partial void Leads(this ILogger log, string id, string election, long term);

    [LoggerMessage(231, LogLevel.Warning, "{Id} does not lead {Election} any more")]
    public static partial void LeadsNoMore(this ILogger log, string id, string election);

    [LoggerMessage(232, LogLevel.Warning, "{Id} could not stand for {Election}, it is tried again: {Reason}")]
    public static partial void CampaignFailed(this ILogger log, string id, string election, string reason);
}
