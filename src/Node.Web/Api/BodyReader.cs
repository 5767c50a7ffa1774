using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Node.Web.Api;

/// <summary>The body of a request: one JSON object, and nothing that could be read in two ways.</summary>
internal static class BodyReader
{
    // Off by default, and then the last of two fields of one name would win.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <returns>The object, or what is wrong with it.</returns>
    /// <exception cref="BadHttpRequestException">It is larger than the server takes, or came too slowly.</exception>
    public static async Task<(JsonDocument? Body, Problem? Problem)> ReadAsync(HttpContext context)
    {
        if (!IsJson(context.Request.ContentType))
        {
            return (null, new Problem(StatusCodes.Status415UnsupportedMediaType, "Send the body as Content-Type: application/json."));
        }

        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return TryParse(bytes.ToArray(), out JsonDocument? body, out string? wrong)
            ? (body, null)
            : (null, new Problem(StatusCodes.Status400BadRequest, wrong));
    }

    /// <summary>A form of another site cannot send this type without asking first (CORS), so it also keeps those out.</summary>
    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static bool TryParse(
        byte[] bytes, [NotNullWhen(true)] out JsonDocument? body, [NotNullWhen(false)] out string? wrong)
    {
        body = null;
        wrong = null;
        if (!Utf8.IsValid(bytes))
        {
            // The parser would let it pass inside of texts, and every client that got it would have to close.
            wrong = "The body is not UTF-8.";
            return false;
        }

        try
        {
            body = JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException error)
        {
            wrong = $"The body is not JSON: {error.Message}";
            return false;
        }

        if (body.RootElement.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        wrong = "The body must be a JSON object.";
        body.Dispose();
        return false;
    }
}
