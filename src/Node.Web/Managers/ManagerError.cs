using Grpc.Core;
using Node.Web.Api;

namespace Node.Web.Managers;

/// <summary>What a gRPC status of a manager means for who called the HTTP API.</summary>
internal static class ManagerError
{
    /// <param name="role">Who answered, as a person would call it: "the push-manager".</param>
    /// <param name="error">How it ended.</param>
    public static ControlPlaneException Of(string role, RpcException error)
    {
        string said = error.Status.Detail;
        return error.StatusCode switch
        {
            StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.NotFound =>
                Failed(ControlPlaneFailure.Refused, $"{role} refuses this: {said}"),
            StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.FailedPrecondition =>
                Failed(ControlPlaneFailure.Conflict, $"{role} cannot do this now: {said}"),
            StatusCode.ResourceExhausted => Failed(ControlPlaneFailure.Busy, $"{role} has too much to do: {said}"),
            StatusCode.Unavailable => Failed(ControlPlaneFailure.Away, $"{role} does not answer"),
            StatusCode.DeadlineExceeded => Failed(
                ControlPlaneFailure.Late, $"{role} did not answer in time; what was asked may happen all the same"),
            StatusCode.Unauthenticated or StatusCode.PermissionDenied =>
                Failed(ControlPlaneFailure.Broken, $"{role} does not let the web-server in: check its token"),

            // What it says of its own errors is for its log, not for strangers.
            _ => Failed(ControlPlaneFailure.Broken, $"{role} answered with an error of its own ({error.StatusCode})"),
        };

        ControlPlaneException Failed(ControlPlaneFailure failure, string message) =>
            new(failure, char.ToUpperInvariant(message[0]) + message[1..] + ".", error);
    }
}
