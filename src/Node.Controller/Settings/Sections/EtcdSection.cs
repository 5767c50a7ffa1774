using Node.Host.Settings;

namespace Node.Controller.Settings;

/// <summary>Settings under <c>etcd:</c>.</summary>
public sealed record EtcdSection
{
    [Setting("Members of etcd, as host:port or URLs, separated by commas. Empty: no etcd; this controller leads alone.", Env = "ETCD_ENDPOINTS")]
    public IReadOnlyList<string> Endpoints { get; init; } = ["localhost:2379"];

    [Setting("Empty: etcd has no users.")]
    public string User { get; init; } = "";

    [Setting("Password of user.", Secret = true)]
    public string Password { get; init; } = "";

    [Setting("Authorities of etcd's certificate, PEM. Empty: the system's.", File = true)]
    public string AuthorityFile { get; init; } = "";

    [Setting("After it a controller that was killed is out of the registry, and another one leads.", Min = "2s", Max = "5m")]
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(5);
}
