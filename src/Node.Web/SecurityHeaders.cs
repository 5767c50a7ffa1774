using Microsoft.AspNetCore.Http;

namespace Node.Web;

/// <summary>
/// What every answer tells the browser to refuse. No CORS header is ever sent: nothing here is meant for other
/// sites' scripts, and a browser's default is to keep them out.
/// </summary>
internal static class SecurityHeaders
{
    public static void Apply(HttpContext context, WebOptions options, bool anyNode)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + $"connect-src 'self' {NodeAddress.ContentSourceFor(options, anyNode, context.Request)}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }
}
