using Microsoft.AspNetCore.Http;
using Node.Web.Api;

namespace Node.Web;

/// <summary>Where a client is told to connect to.</summary>
/// <param name="Url">The node to take.</param>
/// <param name="Fallbacks">Others, for when that one does not answer; the best first.</param>
public sealed record ConnectInfo(string Url, IReadOnlyList<string> Fallbacks)
{
    private const int MaxFallbacks = 8;

    internal static async Task<ApiAnswer> ForAsync(
        HttpRequest request, WebOptions options, INodeDirectory? directory, NodeChoice choice)
    {
        // Behind a balancer it is the balancer that chooses.
        if (directory is null || options.PublicNodeUrl is not null)
        {
            return ApiAnswer.Of(new ConnectInfo(NodeAddress.UrlFor(options, request), []));
        }

        IReadOnlyList<DirectoryNode> nodes;
        try
        {
            nodes = await directory.ListAsync(request.HttpContext.RequestAborted);
        }
        catch (ControlPlaneException error)
        {
            return new Problem(error.Status, error.Message);
        }

        string[] urls = [.. choice.Order(nodes).Select(node => node.ClientUrl.AbsoluteUri)];
        return urls.Length == 0
            ? new Problem(StatusCodes.Status503ServiceUnavailable, "No node is ready to take connections now.")
            : ApiAnswer.Of(new ConnectInfo(urls[0], [.. urls.Skip(1).Take(MaxFallbacks)]));
    }
}
