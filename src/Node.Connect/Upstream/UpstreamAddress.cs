namespace Node.Connect.Upstream;

/// <summary>Where the application is, and by which protocol: the scheme of the URL says so.</summary>
/// <param name="Uri">With the scheme that connections are made by: http or https.</param>
/// <param name="IsGrpc">Else batches are posted as JSON.</param>
internal sealed record UpstreamAddress(Uri Uri, bool IsGrpc)
{
    public static bool IsValid(string url) => Parse(url) is not null;

    /// <returns>Null where it is none. Names and passwords in it are refused: they would show in logs, and there is a token.</returns>
    public static UpstreamAddress? Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return null;
        }

        return uri.Scheme switch
        {
            "http" or "https" => new UpstreamAddress(uri, IsGrpc: false),
            "grpc" or "grpcs" when uri.Port > 0 && uri.PathAndQuery is "" or "/" =>
                new UpstreamAddress(new Uri($"{(uri.Scheme == "grpc" ? "http" : "https")}://{uri.Authority}"), IsGrpc: true),
            _ => null,
        };
    }
}
