using System.Collections.Frozen;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Node.Rpc;

/// <summary>Takes every request of a server, refuses what is no call of one of its methods, and runs the rest. Any thread.</summary>
internal sealed class CallRouter(FrozenDictionary<string, Func<ServerCall, Task>> methods, RpcServerOptions options, ILogger log)
{
    private readonly string? _authorization = options.Token is { } token ? TokenHeader.Value(token) : null;

    public Task HandleAsync(HttpContext http)
    {
        if (!IsGrpc(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Refuse(http, StatusCode.Internal, "only POST of application/grpc is served here");
        }

        string path = http.Request.Path.Value ?? "";
        if (_authorization is not null && !TokenHeader.AreEqual(http.Request.Headers.Authorization, _authorization))
        {
            log.Unauthenticated(path, PeerName.Of(http.Connection));
            return Refuse(http, StatusCode.Unauthenticated, "the token is missing or wrong");
        }

        if (!methods.TryGetValue(path, out Func<ServerCall, Task>? run))
        {
            return Refuse(http, StatusCode.Unimplemented, $"there is no method {path}");
        }

        return RunAsync(http, path, run);
    }

    private Task RunAsync(HttpContext http, string path, Func<ServerCall, Task> run)
    {
        IHeaderDictionary headers = http.Request.Headers;
        string? encoding = headers.GrpcEncoding;
        if (encoding is not (null or "identity" or Gzip.Name))
        {
            http.Response.Headers.GrpcAcceptEncoding = Gzip.Accepted;
            return Refuse(http, StatusCode.Unimplemented, $"messages in the encoding '{encoding}' are not understood");
        }

        TimeSpan? timeout = null;
        if (headers.GrpcTimeout is { Count: > 0 } text)
        {
            if (!GrpcTimeout.TryParse(text, out TimeSpan parsed))
            {
                return Refuse(http, StatusCode.Internal, $"grpc-timeout '{text}': must be at most 8 digits and a unit of HMSmun");
            }

            timeout = parsed;
        }

        return new ServerCall(http, path, options, log, timeout).RunAsync(run);
    }

    private static bool IsGrpc(HttpRequest request)
    {
        string type = request.ContentType ?? "";
        return request.Method == HttpMethods.Post
            && type.StartsWith(CallEnd.ContentType, StringComparison.OrdinalIgnoreCase)
            && type.AsSpan(CallEnd.ContentType.Length) is "" or ['+', 'p', 'r', 'o', 't', 'o', ..] or [';', ..];
    }

    private static Task Refuse(HttpContext http, StatusCode code, string detail)
    {
        CallEnd.Write(http, new Status(code, detail), null, hasBegun: false);
        return Task.CompletedTask;
    }
}
