namespace Node.Rpc;

internal static class RpcLimits
{
    /// <summary>Bytes; what gRPC has everywhere.</summary>
    public const int DefaultMessageSize = 4 * 1024 * 1024;
}
