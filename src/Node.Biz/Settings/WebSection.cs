using Node.Host.Settings;

namespace Node.Biz.Settings;

/// <summary>Settings under <c>web:</c>: the web-server whose HTTP API pushes to users.</summary>
public sealed record WebSection
{
    [Setting("Its address.")]
    public string Address { get; init; } = "http://localhost:8086";

    [Setting("Key of its HTTP API. Empty: it asks for none.", Secret = true)]
    public string ApiKey { get; init; } = "";
}
