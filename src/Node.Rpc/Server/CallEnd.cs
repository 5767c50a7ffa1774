using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Node.Rpc;

/// <summary>Writes a call's status: behind its messages, or alone where there are none.</summary>
internal static class CallEnd
{
    public const string ContentType = "application/grpc";

    private static readonly string[] Codes = [.. Enum.GetValues<StatusCode>().Select(Text)];

    /// <param name="http">The call. Nothing can be written after it.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="trailers">What goes with it.</param>
    /// <param name="hasBegun">Whether headers or messages have left, or wait to.</param>
    public static void Write(HttpContext http, Status status, Metadata? trailers, bool hasBegun)
    {
        IHeaderDictionary target = hasBegun
            ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : http.Response.Headers;
        http.Response.ContentType ??= ContentType;
        target.GrpcStatus = CodeText(status.StatusCode);
        if (status.Detail.Length > 0) target.GrpcMessage = StatusText.Encode(status.Detail);
        if (trailers is not null) Add(target, trailers);
    }

    public static void Add(IHeaderDictionary target, Metadata metadata)
    {
        foreach (Metadata.Entry entry in metadata)
        {
            if (!MetadataText.IsReserved(entry.Key)) target.Append(entry.Key, MetadataText.Value(entry));
        }
    }

    private static string CodeText(StatusCode code) => (uint)code < (uint)Codes.Length ? Codes[(int)code] : Text(code);

    private static string Text(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
