using Grpc.Core;

namespace Node.Rpc;

/// <summary>What either side finds wrong with the messages of a call.</summary>
internal static class Failures
{
    public static RpcException TooLargeToReceive(long size, int maxSize) =>
        Of(StatusCode.ResourceExhausted, $"a message of {size} bytes came, {maxSize} are taken");

    public static RpcException TooLargeToSend(long size, int maxSize) =>
        Of(StatusCode.ResourceExhausted, $"a message of {size} bytes was to be sent, {maxSize} are allowed");

    public static RpcException Internal(string what, Exception? cause = null) => Of(StatusCode.Internal, what, cause);

    private static RpcException Of(StatusCode code, string what, Exception? cause = null) => new(new Status(code, what, cause));
}
