using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>How a call ended, out of what HTTP says.</summary>
internal static class ClientStatus
{
    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";

    /// <returns>Null where the headers hold no status.</returns>
    public static Status? Read(HttpHeaders headers)
    {
        if (First(headers, StatusName) is not { } code) return null;
        string detail = First(headers, MessageName) is { } text ? StatusText.Decode(text) : "";
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? new Status((StatusCode)number, detail)
            : new Status(StatusCode.Unknown, $"the server's status '{code}' is none: {detail}");
    }

    public static Metadata ReadMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            foreach (string value in values)
            {
                MetadataText.AddReceived(metadata, name, value);
            }
        }

        return metadata;
    }

    public static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.FirstOrDefault() : null;

    /// <summary>Of an answer that is not gRPC's, by the protocol's table.</summary>
    public static Status Of(HttpStatusCode code) => new(
        code switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        },
        $"the server answered with HTTP {(int)code}");

    /// <summary>Of a call that broke on its way; neither cancelled nor late.</summary>
    public static Status Of(Exception exception, string target)
    {
        if (exception is RpcException own) return own.Status;
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                return new Status(Of((Http2Error)protocol.ErrorCode), $"{target} ended the call: {protocol.Message}", exception);
            }
        }

        // Also a connect that timed out, which is a cancellation that nobody asked for.
        bool isNetwork = exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;
        return isNetwork
            ? new Status(StatusCode.Unavailable, $"{target}: {exception.Message}", exception)
            : new Status(StatusCode.Internal, exception.Message, exception);
    }

    private static StatusCode Of(Http2Error error) => error switch
    {
        Http2Error.InternalError => StatusCode.Internal,
        Http2Error.Cancel => StatusCode.Cancelled,
        Http2Error.EnhanceYourCalm => StatusCode.ResourceExhausted,
        Http2Error.InadequateSecurity => StatusCode.PermissionDenied,
        Http2Error.StreamClosed => StatusCode.Unknown,

        // The protocol's table has INTERNAL for most others, as reasons to reset a stream. They end whole connections more often,
        // one whose pings are not answered among them, and the exception does not tell the two apart.
        _ => StatusCode.Unavailable,
    };

    /// <summary>RFC 9113, section 7.</summary>
    private enum Http2Error : long
    {
        InternalError = 2,
        StreamClosed = 5,
        Cancel = 8,
        EnhanceYourCalm = 11,
        InadequateSecurity = 12,
    }
}
