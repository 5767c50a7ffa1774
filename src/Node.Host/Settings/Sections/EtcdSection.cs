using Node.Rpc;
using Node.Rpc.Etcd;

namespace Node.Host.Settings;

/// <summary>Settings under <c>etcd:</c>: where a process finds the others.</summary>
public sealed record EtcdSection
{
    [Setting("Members of etcd, as host:port or URLs, separated by commas. Empty: no etcd, and nobody else is known.", Env = "ETCD_ENDPOINTS")]
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    [Setting("Empty: etcd has no users.")]
    public string User { get; init; } = "";

    [Setting("Password of user.", Secret = true)]
    public string Password { get; init; } = "";

    [Setting("Authorities of etcd's certificate, PEM. Empty: the system's.", File = true)]
    public string AuthorityFile { get; init; } = "";

    [Setting("After it a process that was killed is out of the registry.", Min = "2s", Max = "5m")]
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(5);

    public bool IsUsed => Endpoints.Count > 0;

    /// <summary>Only where it is used, and there are no violations.</summary>
    public EtcdOptions ToOptions() => new()
    {
        Endpoints = EtcdOptions.ParseEndpoints(string.Join(',', Endpoints)),
        User = User.Length > 0 ? User : null,
        Password = Password.Length > 0 ? Password : null,
        Tls = AuthorityFile.Length > 0 ? new RpcTls { AuthorityFile = AuthorityFile } : null,
    };

    public IEnumerable<SettingsViolation> Violations()
    {
        string? problem = null;
        try
        {
            if (IsUsed)
            {
                EtcdOptions.ParseEndpoints(string.Join(',', Endpoints));
            }
        }
        catch (FormatException error)
        {
            problem = error.Message;
        }

        if (problem is not null)
        {
            yield return new SettingsViolation(["etcd.endpoints"], problem, "allowed: host:port, http://host:port or https://host:port");
        }
    }
}
