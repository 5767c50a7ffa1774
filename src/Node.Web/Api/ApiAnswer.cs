using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Node.Web.Api;

/// <summary>What the API answers: a value as JSON, or a problem.</summary>
internal readonly struct ApiAnswer
{
    private readonly object _body;

    private ApiAnswer(object body) => _body = body;

    public static implicit operator ApiAnswer(Problem problem) => new(problem);

    public static ApiAnswer Of(object body) => new(body);

    /// <summary>A value, or 404 with these words.</summary>
    public static ApiAnswer Found(object? body, string otherwise) =>
        body is null ? new Problem(StatusCodes.Status404NotFound, otherwise) : Of(body);

    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        var problem = _body as Problem;
        response.StatusCode = problem?.Status ?? StatusCodes.Status200OK;
        response.ContentType = problem is null ? "application/json" : "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
        else if (response.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(_body, _body.GetType(), ApiJson.Options);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
