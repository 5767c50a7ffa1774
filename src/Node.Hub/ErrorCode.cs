namespace Node.Hub;

/// <summary>The codes of error replies (<c>protocol/codes.md</c>).</summary>
public static class ErrorCode
{
    public const uint Internal = 100;
    public const uint Unauthorized = 101;
    public const uint UnknownRoute = 102;
    public const uint PermissionDenied = 103;
    public const uint NotAMember = 104;
    public const uint LimitExceeded = 106;
    public const uint BadRequest = 107;
    public const uint TokenExpired = 109;
    public const uint UserOffline = 111;
    public const uint Timeout = 112;
    public const uint TooLarge = 113;

    /// <summary>The part of the cluster, or the application, that this needs is away.</summary>
    public const uint Unavailable = 114;
}
