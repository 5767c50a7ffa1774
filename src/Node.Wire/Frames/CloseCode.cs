namespace Node.Wire;

/// <summary>Close codes: RFC 6455, 7.4, and this project's own (protocol/codes.md).</summary>
public static class CloseCode
{
    public const ushort Normal = 1000;
    public const ushort GoingAway = 1001;
    public const ushort ProtocolError = 1002;
    public const ushort UnsupportedData = 1003;

    /// <summary>Never on the wire: the close frame that came had no code.</summary>
    public const ushort NoStatus = 1005;

    /// <summary>Never on the wire: the connection ended without a close frame.</summary>
    public const ushort Abnormal = 1006;

    public const ushort InvalidPayload = 1007;
    public const ushort PolicyViolation = 1008;
    public const ushort MessageTooBig = 1009;
    public const ushort MandatoryExtension = 1010;
    public const ushort InternalError = 1011;
    public const ushort ServiceRestart = 1012;
    public const ushort TryAgainLater = 1013;
    public const ushort BadGateway = 1014;

    public const ushort Shutdown = 3000;
    public const ushort Drain = 3001;
    public const ushort HeartbeatTimeout = 3002;
    public const ushort ConnectTimeout = 3003;
    public const ushort Overloaded = 3005;
    public const ushort TokenExpired = 3006;
    public const ushort SlowConsumer = 3008;
    public const ushort Unauthorized = 3500;
    public const ushort BadMessage = 3501;
    public const ushort Kicked = 3502;

    /// <summary>
    /// May stand in a close frame: RFC 6455, 7.4.1 without the codes that are only reported (1004-1006, 1015),
    /// 1012-1014 of the IANA registry, and 3000-4999.
    /// </summary>
    public static bool IsValidOnWire(int code) => code switch
    {
        >= 1000 and <= 1003 => true,
        >= 1007 and <= 1014 => true,
        >= 3000 and <= 4999 => true,
        _ => false,
    };

    /// <summary>A client that sees this code comes back by itself (protocol/client.md, "Coming back").</summary>
    public static bool IsReconnect(int code) => code switch
    {
        GoingAway or Abnormal or InternalError or ServiceRestart or TryAgainLater => true,
        >= 3000 and <= 3499 => true,
        _ => false,
    };
}
