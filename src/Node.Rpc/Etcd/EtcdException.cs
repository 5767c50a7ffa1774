using System.Net.Http;
using Grpc.Core;

namespace Node.Rpc.Etcd;

/// <summary>etcd could not be asked, or said no.</summary>
public sealed class EtcdException : Exception
{
    public EtcdException(EtcdError error, string message, Exception? cause = null)
        : base(message, cause) => Error = error;

    public EtcdError Error { get; }

    /// <summary>Whether the token has to be fetched anew: it has run out, or etcd has forgotten it or changed its users.</summary>
    internal bool IsTokenRefused => Error == EtcdError.Denied && InnerException is RpcException { StatusCode: not StatusCode.PermissionDenied };

    /// <summary>Whether the next try, perhaps elsewhere, may go better.</summary>
    internal bool IsPassing => Error is EtcdError.Unavailable or EtcdError.Undecided;

    internal static EtcdException From(RpcException error, Uri endpoint)
    {
        EtcdError kind = KindOf(error);
        string said = $"etcd at {endpoint.Authority}: {error.Status.Detail} ({error.StatusCode})";
        return new EtcdException(kind, kind == EtcdError.Undecided ? said + "; it may have been done" : said, error);
    }

    // etcd's own codes are too few to tell these apart; its texts are part of its interface (rpctypes/error.go).
    private static EtcdError KindOf(RpcException error)
    {
        string said = error.Status.Detail;
        return error.StatusCode switch
        {
            StatusCode.Unavailable => NeverLeft(error) ? EtcdError.Unavailable : EtcdError.Undecided,
            StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown => EtcdError.Undecided,
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => EtcdError.Denied,
            StatusCode.OutOfRange when Says(said, "compacted") => EtcdError.Compacted,
            StatusCode.OutOfRange when Says(said, "future revision") => EtcdError.FutureRevision,
            StatusCode.NotFound when Says(said, "lease") => EtcdError.LeaseNotFound,
            StatusCode.InvalidArgument when Says(said, "authentication failed") || Says(said, "user name is empty")
                || Says(said, "revision of auth store is old") => EtcdError.Denied,
            _ => EtcdError.Refused,
        };
    }

    // No connection; or none in time, which is a cancellation that nobody asked for.
    private static bool NeverLeft(RpcException error) =>
        error.Status.DebugException is OperationCanceledException { InnerException: TimeoutException } or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };

    private static bool Says(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}
