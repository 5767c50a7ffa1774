using Microsoft.AspNetCore.Http;

namespace Node.Web.Api;

/// <summary>The API's description, kept by hand in <c>openapi.json</c>; a test holds it against the routes and the answers.</summary>
internal static class OpenApi
{
    private static readonly byte[] Document = Read();

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-cache";
        return context.Response.Body.WriteAsync(Document, context.RequestAborted).AsTask();
    }

    private static byte[] Read()
    {
        using Stream stream = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
