using Microsoft.AspNetCore.Http;

namespace Node.Web;

/// <summary>The WebSocket URL that a page is told to use, and the source that its CSP has to allow for it.</summary>
internal static class NodeAddress
{
    // A page stays open while nodes come and go, and its policy cannot follow.
    private const string AnyNode = "ws: wss:";

    public static bool TryParsePublicUrl(string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && url.Scheme is "ws" or "wss";

    /// <summary>The public URL where one is set, else the host that the browser asked, on the node's port.</summary>
    public static string UrlFor(WebOptions options, HttpRequest request)
    {
        if (options.PublicNodeUrl is { } url) return url;
        return $"{(options.NodeTls || request.IsHttps ? "wss" : "ws")}://{HostOf(request)}:{options.NodePort}/ws";
    }

    /// <summary>A CSP host source has no syntax for IPv6 addresses: there the scheme alone must do.</summary>
    public static string ContentSourceFor(WebOptions options, bool anyNode, HttpRequest request)
    {
        if (anyNode || !Uri.TryCreate(UrlFor(options, request), UriKind.Absolute, out Uri? url)) return AnyNode;
        return url.HostNameType == UriHostNameType.IPv6
            ? $"{url.Scheme}:"
            : $"{url.Scheme}://{url.IdnHost}:{url.Port}";
    }

    /// <summary>
    /// The Host header comes from outside and goes into a header and a page: what is no host name is not repeated.
    /// </summary>
    private static string HostOf(HttpRequest request)
    {
        string host = request.Host.Host;
        return Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown ? "127.0.0.1" : host;
    }
}
