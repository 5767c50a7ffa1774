using System.Net;
using Node.Host.Settings;

namespace Node.Web.Settings;

/// <summary>Settings under <c>web:</c> of a process of its own.</summary>
public sealed record ServerSection : WebSection
{
    [Setting("IP address that it is bound to. Beyond loopback the API needs a key.")]
    public IPAddress Bind { get; init; } = IPAddress.Loopback;
}
