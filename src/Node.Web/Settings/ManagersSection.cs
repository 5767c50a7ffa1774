using Node.Host.Settings;

namespace Node.Web.Settings;

/// <summary>Settings under <c>managers:</c>: whom the HTTP API stands on.</summary>
public sealed record ManagersSection
{
    [Setting("push-managers, as host:port or URLs, separated by commas: any of them can be asked. With etcd.endpoints, those that are registered in their place.", Env = "PUSH_MANAGER_ADDR")]
    public IReadOnlyList<string> Push { get; init; } = ["localhost:50053"];

    [Setting("controller-managers likewise; the one that leads answers.", Env = "CONTROLLER_ADDRESS")]
    public IReadOnlyList<string> Controllers { get; init; } = ["localhost:50051"];

    [Setting("Token that goes with every call. Empty: none.", Env = "CLUSTER_TOKEN", Secret = true)]
    public string Token { get; init; } = "";

    [Setting("Authorities that the managers' certificates must come from, PEM. Empty: the system's; https URLs use TLS.", File = true)]
    public string AuthorityFile { get; init; } = "";

    [Setting("Certificate to show to managers that ask for one, PEM, with its chain. Empty: none.", File = true)]
    public string CertFile { get; init; } = "";

    [Setting("Its private key, PEM. Empty: it stands in cert_file.", File = true)]
    public string KeyFile { get; init; } = "";

    internal bool IsAddress(string address) =>
        Uri.TryCreate(UrlOf(address), UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";

    internal string UrlOf(string address) => address.Contains("://", StringComparison.Ordinal)
        ? address
        : (AuthorityFile.Length + CertFile.Length > 0 ? "https://" : "http://") + address;
}
